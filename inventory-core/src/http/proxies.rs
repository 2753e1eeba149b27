//! Checks the variables with addresses of proxies: the HTTP library ignores one that it cannot read, and goes around it.

use crate::discovery::{Error, ErrorKind};
use url::Url;

/// The variables; of each pair the first that is set counts.
const VARIABLES: [[&str; 2]; 3] =
    [["HTTPS_PROXY", "https_proxy"], ["HTTP_PROXY", "http_proxy"], ["ALL_PROXY", "all_proxy"]];

/// Refuses addresses that are not those of HTTP proxies; none is ever shown, for they may hold passwords.
pub(super) fn check(read: impl Fn(&str) -> Option<String>) -> Result<(), Error> {
    let set = VARIABLES.iter().filter_map(|names| names.iter().find_map(|name| Some((name, read(name)?))));
    for (name, text) in set.filter(|(_, text)| !text.is_empty()) {
        if !is_proxy(&text) {
            let message = format!("`{name}` does not hold the address of an HTTP proxy");
            return Err(Error::new(ErrorKind::Config, "connect", message)
                .with_hint("expected one such as `http://proxy.example.com:3128`"));
        }
    }
    Ok(())
}

/// Returns whether a text is the address of an HTTP proxy; the scheme may be left out.
fn is_proxy(text: &str) -> bool {
    let address = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let url = Url::parse(&address).ok();
    url.is_some_and(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_and_never_shown() {
        for (variable, text, fits) in [
            ("HTTPS_PROXY", "http://user:planted@proxy:3128", true),
            ("https_proxy", "proxy.example.com:3128", true),
            ("HTTPS_PROXY", "proxy", true),
            ("HTTPS_PROXY", "", true),
            ("HTTPS_PROXY", "http://planted host:3128", false),
            ("HTTP_PROXY", "http://user:planted#x@", false),
            ("all_proxy", "socks5://planted:1080", false),
            ("HTTP_PROXY", "http://", false),
        ] {
            let checked = check(|name| (name == variable).then(|| text.to_owned()));
            assert_eq!(checked.is_ok(), fits, "{text}");
            if let Err(error) = checked {
                assert!(error.message.contains(&format!("`{variable}`")), "{error}");
                assert!(!format!("{error:?}").contains("planted"), "{error:?}");
            }
        }
    }
}
