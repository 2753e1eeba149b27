//! Compares our reading of YAML with the real PyYAML, on random scalars and documents.
//!
//! Python is the one that `CLOUD_INVENTORY_PYTHON` names (it must have PyYAML), else a virtual environment that the
//! first run makes under `target/python-yaml`.

#![expect(clippy::expect_used, reason = "a test fails with the reason")]

mod python;
mod texts;

use inventory_core::yaml::{self, Node, NodeValue};
use num_bigint::BigInt;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

/// How many texts of each kind are compared.
const COUNT: usize = 6000;

/// Draws the same texts in every run.
fn draw(count: usize, strategy: impl Strategy<Value = String>) -> Vec<String> {
    let mut runner =
        TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    (0..count).map(|_| strategy.new_tree(&mut runner).expect("a text can be drawn").current()).collect()
}

fn describe(node: &Node) -> Value {
    match &node.value {
        NodeValue::Null => json!(["null"]),
        NodeValue::Bool(value) => json!(["bool", value]),
        NodeValue::Int(value) => json!(["int", hexadecimal(&BigInt::from(*value))]),
        NodeValue::BigInt(value) => json!(["int", hexadecimal(value)]),
        NodeValue::Float(value) if value.is_nan() => json!(["float", "nan"]),
        NodeValue::Float(value) => json!(["float", format!("{:016x}", value.to_bits())]),
        NodeValue::String(text) => json!(["str", text.text]),
        NodeValue::Timestamp(timestamp) => json!(["timestamp", timestamp.python_text]),
        NodeValue::Sequence(items) => json!(["list", items.iter().map(describe).collect::<Vec<_>>()]),
        NodeValue::Mapping(entries) => {
            let entries = entries.iter().map(|(key, value)| json!([describe(key), describe(value)]));
            json!(["map", entries.collect::<Vec<_>>()])
        }
    }
}

/// Writes an integer as Python's `hex` does.
fn hexadecimal(value: &BigInt) -> String {
    let sign = if value.sign() == num_bigint::Sign::Minus { "-" } else { "" };
    format!("{sign}0x{}", value.magnitude().to_str_radix(16))
}

fn ours(text: &str) -> Value {
    match yaml::read("test.yml", text.as_bytes()) {
        Ok(document) => describe(&document.root),
        Err(error) => json!(["error", error.to_string()]),
    }
}

fn is_error(value: &Value) -> bool {
    value.get(0) == Some(&json!("error"))
}

/// Fails with the shortest texts that the two read differently.
fn compare(mut texts: Vec<String>) {
    texts.sort();
    texts.dedup();
    let count = texts.len();
    let mut different = Vec::new();
    let mut refused = 0;
    for (text, [fast, slow]) in python::answers(texts) {
        let ours = ours(&text);
        let is_equal = |theirs: &Value| *theirs == ours || (is_error(theirs) && is_error(&ours));
        refused += usize::from(is_error(&ours));
        // Where PyYAML's two loaders differ, Ansible takes either, depending on how PyYAML was built.
        if !is_equal(&fast) && !is_equal(&slow) {
            different.push((text, ours, fast));
        }
    }
    different.sort_by_key(|(text, ..)| text.len());
    let shown: Vec<String> = different
        .iter()
        .take(40)
        .map(|(text, ours, theirs)| format!("{text:?}\n  ours   {ours}\n  PyYAML {theirs}"))
        .collect();
    assert!(
        different.is_empty(),
        "{} of {count} differ ({refused} refused); the shortest:\n{}",
        different.len(),
        shown.join("\n")
    );
    // Texts that are all refused would compare nothing.
    assert!(refused * 10 < count * 9, "{refused} of {count} texts are refused");
}

#[test]
fn plain_scalars_have_the_same_type_and_value() {
    compare(draw(COUNT, texts::plain_scalar()));
}

#[test]
fn documents_have_the_same_value() {
    compare(draw(COUNT, texts::document()));
}

#[test]
fn random_texts_of_indicators_have_the_same_value() {
    compare(draw(COUNT, texts::noise()));
}
