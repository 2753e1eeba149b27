use proptest::prelude::*;
use serde_json::Value as Json;

use super::*;
use crate::testing::properties;
use crate::value::tagged;

fn options(json: &Json) -> DumpOptions {
    let mut options = DumpOptions::default();
    for (name, value) in json.as_object().unwrap() {
        match name.as_str() {
            "indent" => options.indent = value.as_i64().unwrap(),
            "width" => options.width = value.as_i64().unwrap(),
            "sort_keys" => options.sort_keys = value.as_bool().unwrap(),
            "default_flow_style" => options.default_flow_style = value.as_bool(),
            "explicit_start" => options.explicit_start = value.as_bool().unwrap(),
            "explicit_end" => options.explicit_end = value.as_bool().unwrap(),
            "default_style" if value == "\"" => options.quotes = Some(Quotes::Double),
            "default_style" => options.quotes = Some(Quotes::Single),
            _ => panic!("`{name}` is no option"),
        }
    }
    options
}

/// The rows, `[value, options, text]`, were written by PyYAML 6.0.3 with libyaml 0.2.5.
#[test]
fn text_is_that_of_pyyaml() {
    for line in include_str!("rows.jsonl").lines() {
        let row: Json = serde_json::from_str(line).unwrap();
        let text = dump(&tagged::read(&row[0]), &options(&row[1])).unwrap();
        assert_eq!(text, row[2].as_str().unwrap(), "{line}");
    }
}

#[test]
fn a_value_that_occurs_again_is_an_alias() {
    let inner = Value::from([("k", "v")].into_iter().collect::<Map>());
    let outer = Value::list([1.into(), inner.clone()]);
    let text = |value: Value, flow| {
        let options = DumpOptions { indent: 4, default_flow_style: flow, ..DumpOptions::default() };
        dump(&value, &options).unwrap()
    };
    let map: Map = [("a", outer.clone()), ("b", outer.clone())].into_iter().collect();
    assert_eq!(text(map.into(), Some(false)), "a: &id001\n- 1\n-   k: v\nb: *id001\n");
    assert_eq!(text(Value::list([inner, outer]), None), "- &id001 {k: v}\n-   - 1\n    - *id001\n");
}

#[test]
fn aliases_can_be_left_out() {
    let shared = Value::list([1.into()]);
    let options = DumpOptions { aliases: false, ..DumpOptions::default() };
    assert_eq!(dump(&Value::list([shared.clone(), shared]), &options).unwrap(), "- - 1\n- - 1\n");
}

#[test]
fn what_has_no_yaml_form_is_refused() {
    let duration = Value::list([Value::Duration(Arc::new(1))]);
    let error = dump(&duration, &DumpOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "a value of type `timedelta` cannot be written as YAML");
}

/// Texts that YAML could take for something else.
fn text() -> impl Strategy<Value = String> {
    let special = [
        "",
        " ",
        "yes",
        "1",
        "1:30",
        "0x1f",
        ".5",
        "1e3",
        "~",
        "null",
        "2024-01-02",
        "<<",
        "=",
        "- a",
        "a: b",
        "#",
        "a #b",
        "---",
        "...",
        "{{ x }}",
        "|",
        "a\nb\n",
        "\n",
        "\n a",
        "a \n",
        "\u{feff}",
        "\u{85}",
        "\u{2028}",
        "\0",
        "\u{1F600}",
        "\r\n",
        "\t",
    ];
    prop_oneof![
        prop::sample::select(special.to_vec()).prop_map(str::to_owned),
        "[a-c0-9 \n:#?,'\"\\[\\]{}&*!|>%@`\\\\~<=.\t-]{0,12}",
        "\\PC{0,6}",
        any::<String>(),
        "[a-z ]{60,200}",
    ]
    // The reader refuses these in a file, on purpose.
    .prop_map(|text| text.replace(['\u{85}', '\u{2028}', '\u{2029}'], "-"))
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<i64>().prop_map(|number| Value::from_big_int(num_bigint::BigInt::from(number).pow(3))),
        any::<f64>().prop_map(Value::Float),
        text().prop_map(Value::from),
        text().prop_map(Value::from),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((scalar(), inner), 0..4)
                .prop_map(|entries| Value::from(entries.into_iter().collect::<Map>())),
        ]
    })
}

proptest! {
    #![proptest_config(properties(250))]

    #[test]
    fn what_was_written_is_read_back(
        value in value(),
        indent in 0_i64..12,
        width in -1_i64..100,
        default_flow_style in any::<Option<bool>>(),
        quotes in prop::sample::select(vec![None, Some(Quotes::Single), Some(Quotes::Double)]),
        explicit_end in any::<bool>(),
    ) {
        let options = DumpOptions { indent, width, default_flow_style, explicit_end, sort_keys: false, ..DumpOptions::default() };
        let written = dump(&value, &options).unwrap();
        let read = crate::yaml::read("test.yml", written.as_bytes());
        let read = read.map_err(|error| TestCaseError::fail(format!("{error}\n{written}")))?;
        prop_assert_eq!(read.root.to_value().repr(), value.repr(), "{}", written);
        // In quotes all scalars are read as texts.
        let written = dump(&value, &DumpOptions { quotes, ..options }).unwrap();
        prop_assert!(crate::yaml::read("test.yml", written.as_bytes()).is_ok(), "{}", written);
    }
}
