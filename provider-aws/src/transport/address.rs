//! Addresses of endpoints and proxies, checked before they are used; none is ever shown, for they may hold passwords.

use http::Uri;
use inventory_core::discovery::{Error, ErrorKind};

/// The variables that name proxies; of each pair the first that is set counts.
const PROXIES: [[&str; 2]; 3] =
    [["HTTPS_PROXY", "https_proxy"], ["HTTP_PROXY", "http_proxy"], ["ALL_PROXY", "all_proxy"]];

/// The variables from which the SDK takes endpoints.
const ENDPOINTS: [&str; 6] = [
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_EC2",
    "AWS_ENDPOINT_URL_STS",
    "AWS_ENDPOINT_URL_SSM",
    "AWS_ENDPOINT_URL_ORGANIZATIONS",
    "AWS_ENDPOINT_URL_ROUTE_53",
];

/// Returns whether a text is the URL of an endpoint: `http` or `https`, and a host.
pub(crate) fn is_endpoint(text: &str) -> bool {
    let Ok(uri) = text.parse::<Uri>() else { return false };
    let Some(authority) = uri.authority() else { return false };
    let address = authority.as_str().rsplit('@').next().unwrap_or_default();
    // What follows the colon of a port (those of IPv6 are in brackets) is a number.
    let has_port = address.rsplit(']').next().is_some_and(|end| end.contains(':'));
    let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
    is_web && !authority.host().is_empty() && (!has_port || authority.port_u16().is_some())
}

/// Returns whether a text is the address of an HTTP proxy; the scheme may be left out.
fn is_proxy(text: &str) -> bool {
    if text.contains("://") { is_endpoint(text) } else { is_endpoint(&format!("http://{text}")) }
}

/// Checks the variables with addresses: the SDK ignores a proxy that it cannot read, and goes around it.
pub(super) fn check_environment(read: impl Fn(&str) -> Option<String>) -> Result<(), Error> {
    let fail = |name: &str, what: &str, example: &str| {
        let message = format!("`{name}` does not hold {what}");
        Error::new(ErrorKind::Config, "connect", message)
            .with_hint(format!("expected one such as `{example}`"))
    };
    let proxies = PROXIES.iter().filter_map(|names| names.iter().find_map(|name| Some((name, read(name)?))));
    for (name, text) in proxies.filter(|(_, text)| !text.is_empty()) {
        if !is_proxy(&text) {
            return Err(fail(name, "the address of an HTTP proxy", "http://proxy.example.com:3128"));
        }
    }
    let ignored =
        read("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").is_some_and(|text| text.eq_ignore_ascii_case("true"));
    for name in ENDPOINTS.iter().filter(|_| !ignored) {
        if read(name).is_some_and(|text| !text.is_empty() && !is_endpoint(&text)) {
            return Err(fail(name, "a URL", "http://127.0.0.1:4566"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_and_never_shown() {
        let rows = [
            ("HTTPS_PROXY", "http://user:planted@proxy:3128", true),
            ("https_proxy", "proxy.example.com:3128", true),
            ("HTTPS_PROXY", "proxy", true),
            ("HTTPS_PROXY", "", true),
            ("HTTPS_PROXY", "http://planted host:3128", false),
            ("HTTP_PROXY", "http://user:planted#x@", false),
            ("all_proxy", "socks5://planted:1080", false),
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:4566/x", true),
            ("AWS_ENDPOINT_URL", "http://[::1]:4566", true),
            ("AWS_ENDPOINT_URL", "http://[::1]", true),
            ("AWS_ENDPOINT_URL", "127.0.0.1:4566", false),
            ("AWS_ENDPOINT_URL_EC2", "ftp://planted", false),
            ("AWS_ENDPOINT_URL_SSM", "http://", false),
        ];
        for (variable, text, fits) in rows {
            let checked = check_environment(|name| (name == variable).then(|| text.to_owned()));
            assert_eq!(checked.is_ok(), fits, "{text}");
            if let Err(error) = checked {
                assert_eq!(error.kind, ErrorKind::Config);
                assert!(error.message.contains(&format!("`{variable}`")), "{error}");
                assert!(!format!("{error:?}").contains("planted"), "{error:?}");
            }
        }
    }
}
