use std::path::PathBuf;

use super::*;

fn properties(pairs: &[(&str, &str)]) -> Properties {
    Properties::collect(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, text)| (*text).to_owned()))
}

const APPLICATION: [(&str, &str); 4] =
    [("subscription_id", "s"), ("client_id", "app"), ("secret", "planted"), ("tenant", "t")];

fn subscription(selected: &Selected) -> Option<&str> {
    match selected {
        Selected::Login(login) => login.subscription.as_deref(),
        Selected::CommandLine { subscription, .. } => subscription.as_deref(),
    }
}

/// A file of credentials with a profile `default` of the subscription `file`, and `prod` of `prod`.
fn credential_file(folder: &tempfile::TempDir) -> Option<PathBuf> {
    let path = folder.path().join("credentials");
    let application = "client_id=app\nsecret=planted\ntenant=t\n";
    let text = format!(
        "[default]\nsubscription_id=file\n{application}[prod]\nsubscription_id=prod\n{application}[none]\n"
    );
    std::fs::write(&path, text).unwrap();
    Some(path)
}

#[test]
fn places_are_looked_at_in_the_order_of_the_plugin() {
    let folder = tempfile::tempdir().unwrap();
    let given = properties(&APPLICATION);
    let environment = Properties { subscription_id: Some("environment".to_owned()), ..given.clone() };
    let mut connection = Connection {
        profile: Some("prod".to_owned()),
        given: given.clone(),
        environment,
        credential_file: credential_file(&folder),
        ..Connection::default()
    };
    // The subscription of the options counts before that of a profile.
    assert_eq!(subscription(&select(&connection).unwrap()), Some("s"));
    connection.given = Properties::default();
    assert_eq!(subscription(&select(&connection).unwrap()), Some("prod"));
    connection.profile = None;
    assert_eq!(subscription(&select(&connection).unwrap()), Some("environment"));
    connection.environment_profile = Some("prod".to_owned());
    assert_eq!(subscription(&select(&connection).unwrap()), Some("prod"));
    connection.environment_profile = None;
    connection.environment.client_id = None;
    assert_eq!(subscription(&select(&connection).unwrap()), Some("file"));
    connection.credential_file = None;
    let last = Selected::CommandLine { subscription: Some("environment".to_owned()), is_last_resort: true };
    assert_eq!(select(&connection).unwrap(), last);
    connection.given = given;
    assert_eq!(subscription(&select(&connection).unwrap()), Some("s"));
}

#[test]
fn a_source_that_is_named_is_the_only_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut connection = Connection {
        given: properties(&APPLICATION),
        credential_file: credential_file(&folder),
        auth_source: AuthSource::Environment,
        ..Connection::default()
    };
    assert_eq!(select(&connection).unwrap_err().kind, ErrorKind::Auth);
    connection.auth_source = AuthSource::CredentialFile;
    connection.given = Properties::default();
    assert_eq!(subscription(&select(&connection).unwrap()), Some("file"));
    connection.profile = Some("none".to_owned());
    let error = select(&connection).unwrap_err();
    assert!(error.message.starts_with("the profile `none`"), "{error}");
    connection.auth_source = AuthSource::ManagedIdentity;
    connection.environment = properties(&[("client_id", "assigned"), ("subscription_id", "e")]);
    let Selected::Login(login) = select(&connection).unwrap() else { panic!("no login") };
    assert_eq!(login.identity, Identity::Machine { client_id: Some("assigned".to_owned()) });
    assert_eq!(login.subscription.as_deref(), Some("e"));
}

#[test]
fn the_first_complete_kind_counts() {
    let kind = |more: &[(&'static str, &'static str)]| {
        let base = [("subscription_id", "s"), ("client_id", "app"), ("tenant", "t")];
        let pairs: Vec<_> = base.into_iter().chain(more.iter().copied()).collect();
        identity(properties(&pairs))
    };
    let assertion = |found| match found {
        Ok(Identity::Assertion { assertion, .. }) => assertion,
        other => panic!("{other:?}"),
    };
    let certificate = [("x509_certificate_path", "/c.pem"), ("thumbprint", "AB")];
    assert_eq!(assertion(kind(&certificate)), Assertion::Certificate("/c.pem".into()));
    assert_eq!(
        assertion(kind(&[certificate[0], certificate[1], ("oidc_token_file_path", "/t")])),
        Assertion::File("/t".into())
    );
    assert!(matches!(
        assertion(kind(&[("oidc_token_file_path", "/t"), ("oidc_token", "x")])),
        Assertion::Token(_)
    ));
    let secret = ("secret", "y");
    assert!(matches!(assertion(kind(&[("oidc_token", "x"), secret])), Assertion::Token(_)));
    assert!(matches!(assertion(kind(&[("oidc_token_file_path", "/t"), secret])), Assertion::File(_)));
    assert!(matches!(kind(&[certificate[0], certificate[1], secret]), Ok(Identity::Secret { .. })));
    let user = [("ad_user", "u"), ("password", "planted")];
    assert!(matches!(kind(&user), Ok(Identity::Password { client_id, .. }) if client_id == "app"));
    let Ok(Identity::Password { client_id, tenant, .. }) = identity(properties(&user)) else {
        panic!("no user")
    };
    assert_eq!((client_id.as_str(), tenant.as_str()), (COMMAND_LINE_CLIENT, ANY_ORGANIZATION));
    for incomplete in [&certificate[..1], &user[..1], &[]] {
        let error = kind(incomplete).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Auth);
        assert!(!format!("{error:?}").contains("planted"), "{error:?}");
    }
}

#[test]
fn the_error_names_what_is_set_and_what_lacks() {
    let error = |pairs: &[(&str, &str)], given: &[(&str, &str)]| {
        let (environment, given) = (properties(pairs), properties(given));
        let connection = Connection { environment, given, ..Connection::default() };
        with_what_is_set(nothing_found(), &connection).message
    };
    let [subscription, client_id, secret, tenant] = APPLICATION;
    let rows = [
        (
            error(&[client_id, secret, tenant], &[]),
            "AZURE_CLIENT_ID, AZURE_SECRET, AZURE_TENANT are set, but not AZURE_SUBSCRIPTION_ID",
        ),
        (
            error(&[subscription], &[]),
            "AZURE_SUBSCRIPTION_ID is set, but not AZURE_CLIENT_ID, AZURE_SECRET, AZURE_TENANT",
        ),
        (
            error(&[secret, tenant], &[subscription]),
            "AZURE_SECRET, AZURE_TENANT are set, but not AZURE_CLIENT_ID",
        ),
        (error(&[("password", "planted")], &[subscription]), "AZURE_PASSWORD is set, but not AZURE_AD_USER"),
    ];
    for (message, expected) in rows {
        assert_eq!(message, format!("no credentials found: of the environment, {expected}"));
    }
    assert_eq!(error(&[], &[]), "no credentials found");
    assert_eq!(error(&[], &[subscription]), "no credentials found");
}

#[test]
fn names_of_other_tools_are_told() {
    let [subscription, client_id, _, tenant] = APPLICATION;
    let connection = Connection {
        environment: properties(&[subscription, client_id, tenant]),
        foreign_variables: vec![("AZURE_CLIENT_SECRET", "AZURE_SECRET")],
        ..Connection::default()
    };
    let error = select(&connection).unwrap_err();
    assert_eq!(error.message, "the credentials are incomplete: they lack `secret`, a token or a certificate");
    let hint = error.hint.unwrap();
    assert!(hint.starts_with("AZURE_CLIENT_SECRET is not read, AZURE_SECRET is; "), "{hint}");
}

#[test]
fn all_that_lacks_is_named() {
    let rows: [(&[(&str, &str)], &str); 4] = [
        (&[("client_id", "app")], "`tenant`, and `secret`, a token or a certificate"),
        (&[("client_id", "app"), ("secret", "planted")], "`tenant`"),
        (&[("client_id", "app"), ("tenant", "t"), ("x509_certificate_path", "/c.pem")], "`thumbprint`"),
        (&[("ad_user", "u"), ("tenant", "t")], "`password`"),
    ];
    for (pairs, lacks) in rows {
        let error = identity(properties(pairs)).unwrap_err();
        assert_eq!(error.message, format!("the credentials are incomplete: they lack {lacks}"));
    }
}
