//! `%(name)s` in values, as `configparser.BasicInterpolation` fills it in.

/// How deep values may refer to others.
const MOST_DEEP: usize = 10;

/// Fills in what a value refers to; `find` gives other values by their key.
///
/// Fails with what is wrong with the value, for a sentence that names its key. It holds nothing of the value.
pub(super) fn filled<'a>(
    value: &'a str,
    find: &dyn Fn(&str) -> Option<&'a str>,
    depth: usize,
) -> Result<String, String> {
    if depth > MOST_DEEP {
        return Err("it refers to itself, or through more than ten other values".to_owned());
    }
    let mut text = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('%') {
        text.push_str(before);
        if let Some(after) = after.strip_prefix('%') {
            text.push('%');
            rest = after;
            continue;
        }
        let reference = after.strip_prefix('(').and_then(|inside| inside.split_once(")s"));
        let Some((name, after)) = reference.filter(|(name, _)| !name.is_empty() && !name.contains(')'))
        else {
            return Err("a `%` in it is neither `%%` nor the beginning of `%(key)s`".to_owned());
        };
        let name = name.to_lowercase();
        let found =
            find(&name).ok_or_else(|| format!("it refers to the key `{name}`, which is not there"))?;
        if found.contains('%') {
            text.push_str(&filled(found, find, depth + 1)?);
        } else {
            text.push_str(found);
        }
        rest = after;
    }
    text.push_str(rest);
    Ok(text)
}
