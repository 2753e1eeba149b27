//! `-e`: extra variables in the forms that Ansible's own `-e` takes.

use std::path::Path;

use inventory_core::diagnostic::Diagnostic;
use inventory_core::value::{Map, Value};
use inventory_core::yaml;

use crate::exit::Failure;

/// Reads all `-e` options; a later one wins.
pub(crate) fn read(options: &[String]) -> Result<Map, Failure> {
    let mut all = Map::new();
    for option in options {
        for (key, value) in read_one(option)?.iter() {
            all.insert(key.clone(), value.clone());
        }
    }
    Ok(all)
}

fn read_one(option: &str) -> Result<Map, Failure> {
    if let Some(file) = option.strip_prefix('@') {
        let bytes = std::fs::read(Path::new(file)).map_err(|error| {
            Failure::Config(vec![Diagnostic::error(format!("cannot read `{file}`, named by `-e`: {error}"))])
        })?;
        return read_mapping(file, &bytes);
    }
    if option.starts_with(['{', '[']) {
        return read_mapping("-e", option.as_bytes());
    }
    if option.starts_with(['/', '.']) {
        return Err(Failure::Usage(format!("`-e {option}`: write `-e @{option}` to read a file")));
    }
    split(option)?.iter().map(|word| pair(word)).collect()
}

fn read_mapping(name: &str, bytes: &[u8]) -> Result<Map, Failure> {
    let document = yaml::read(name, bytes).map_err(|error| Failure::Config(vec![error]))?;
    match document.root.to_value() {
        Value::Map(map) => Ok(map.as_ref().clone()),
        Value::Null => Ok(Map::new()),
        _ => Err(Failure::Config(vec![
            Diagnostic::error("extra variables must be a mapping")
                .at(&document.source, document.root.span)
                .label(format!("expected a mapping, found {}", document.root.value.kind())),
        ])),
    }
}

fn pair(word: &str) -> Result<(Value, Value), Failure> {
    match word.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.into(), value.into())),
        _ => Err(Failure::Usage(format!("`-e`: expected KEY=VALUE, found `{word}`"))),
    }
}

/// Splits at blanks outside quotes, and takes the quotes away.
fn split(option: &str) -> Result<Vec<String>, Failure> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for character in option.chars() {
        match quote {
            Some(open) if character == open => quote = None,
            None if character == '"' || character == '\'' => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            None if character.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    if quote.is_some() {
        return Err(Failure::Usage(format!("`-e {option}`: a quote is not closed")));
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extra_variables_come_in_ansibles_forms() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("vars.yml");
        std::fs::write(&file, "n: 5\nkeep: yes\n").unwrap();
        let options =
            [format!("@{}", file.display()), "a=1 b='two words' n=6".into(), r#"{"list": [1]}"#.into()];
        let all = Value::from(read(&options).unwrap());
        assert_eq!(all.to_string(), "{'n': '6', 'keep': True, 'a': '1', 'b': 'two words', 'list': [1]}");
    }

    #[test]
    fn wrong_extra_variables_are_refused() {
        for option in ["novalue", "=x", "a='open", "/etc/vars.yml"] {
            assert!(matches!(read(&[option.into()]), Err(Failure::Usage(_))), "{option}");
        }
        for option in ["[1, 2]", "{a: ", "@/does/not/exist"] {
            assert!(matches!(read(&[option.into()]), Err(Failure::Config(_))), "{option}");
        }
    }
}
