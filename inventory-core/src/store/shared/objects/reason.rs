//! Why an operation on objects failed, in few words: an answer may repeat what was signed, tokens and all.

use object_store::Error;

/// What stands before the status and the body of an answer.
const STATUS: [&str; 2] = ["Server returned non-2xx status code: ", "Server returned error response: "];

/// What stands before what went wrong without an answer.
const BROKEN: &str = "HTTP error: ";

/// The most of a message that is shown.
const SHOWN: usize = 300;

/// Returns why an operation failed: of an answer only the status, and the code of the error.
pub(super) fn reason(error: &Error) -> String {
    let text = error.to_string();
    if matches!(error, Error::NotFound { .. }) {
        return words(&text).unwrap_or_else(|| "there is no such bucket".to_owned());
    }
    words(&text).unwrap_or_else(|| {
        // The library's own words, of what is wrong with the settings.
        let text = text.split(['<', '{', '\n']).next().unwrap_or_default();
        text.chars().take(SHOWN).collect()
    })
}

fn words(text: &str) -> Option<String> {
    if let Some((_, answer)) = STATUS.iter().find_map(|mark| text.split_once(mark)) {
        let (status, body) = answer.split_once(':').unwrap_or((answer, ""));
        let status: String = status.chars().take_while(|letter| !"<{\n".contains(*letter)).take(60).collect();
        let code = between(body, "<Code>", "</Code>").filter(|code| is_word(code));
        let code = code.map(|code| format!(": {code}")).unwrap_or_default();
        return Some(format!("the answer was {}{code}", status.trim()));
    }
    let (_, broken) = text.rsplit_once(BROKEN)?;
    Some(broken.lines().next().unwrap_or_default().chars().take(SHOWN).collect())
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    Some(text.split_once(start)?.1.split_once(end)?.0)
}

fn is_word(text: &str) -> bool {
    text.len() < 60 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_answer_only_status_and_code_are_told() {
        let error = |text: &str| Error::Generic { store: "S3", source: text.to_owned().into() };
        for (text, expected) in [
            (
                "Error performing GET http://h/b in 1ms - Server returned non-2xx status code: 403 Forbidden: <Error>\
                 <Code>SignatureDoesNotMatch</Code><CanonicalRequest>planted</CanonicalRequest></Error>",
                "the answer was 403 Forbidden: SignatureDoesNotMatch",
            ),
            (
                "Error performing GET u - Server returned non-2xx status code: 401 Unauthorized: {\"error\": \"planted\"}",
                "the answer was 401 Unauthorized",
            ),
            (
                "Error performing GET http://h/b in 1ms, after 2 retries - HTTP error: connection refused",
                "connection refused",
            ),
            ("Configuration is missing <planted>", "Generic S3 error: Configuration is missing "),
        ] {
            assert_eq!(reason(&error(text)), expected);
        }
    }
}
