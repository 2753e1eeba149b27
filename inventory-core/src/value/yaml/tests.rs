use serde_json::Value as Json;

use super::*;
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
