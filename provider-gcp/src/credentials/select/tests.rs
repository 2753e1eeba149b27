use std::path::Path;

use super::*;

const USER: &str = r#"{"type": "authorized_user", "client_id": "c", "client_secret": "planted-1",
    "refresh_token": "planted-2", "quota_project_id": "charged"}"#;

fn connection(auth_kind: AuthKind) -> Connection {
    Connection {
        auth_kind,
        scopes: vec!["s".to_owned()],
        service_account_file: None,
        service_account_contents: None,
        service_account_email: None,
        access_token: None,
    }
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn adc(variables: &[(&str, &str)]) -> Result<Selected, Error> {
    let find =
        |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, text)| (*text).to_owned());
    select(&connection(AuthKind::Application), find)
}

/// Returns what kind of identity was found.
fn kind(selected: &Selected) -> String {
    match &selected.identity {
        Identity::Given(_) => "given".to_owned(),
        Identity::Machine(machine) => format!("{}{}", machine.server, machine.account),
        Identity::Login(login) => format!("{} {}", login.token_url, login.is_workforce),
        Identity::Impersonated(found) => format!("{} {:?}", found.url, found.delegates),
        Identity::Library(key) => format!("{:?}", key.kind),
    }
}

fn error(found: Result<Selected, Error>) -> Error {
    match found {
        Ok(selected) => panic!("{}", kind(&selected)),
        Err(error) => {
            assert!(!format!("{error:?}").contains("planted"), "{error:?}");
            error
        }
    }
}

/// Reads a document as application default credentials.
fn document(text: &str) -> Result<Selected, Error> {
    let folder = tempfile::tempdir().unwrap();
    adc(&[(ADC_VARIABLE, &write(folder.path(), "adc.json", text))])
}

#[test]
fn application_default_credentials_are_looked_for_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let key = r#"{"type": "service_account", "client_email": "a@b", "private_key": "planted"}"#;
    let named = write(folder.path(), "named.json", key);
    write(folder.path(), "sdk/application_default_credentials.json", USER);
    let configured = folder.path().join("sdk").display().to_string();
    let workforce = USER.replace("authorized_user", "external_account_authorized_user");
    write(folder.path(), "home/.config/gcloud/application_default_credentials.json", &workforce);
    let home = folder.path().join("home").display().to_string();
    let (home, configured) = (("HOME", home.as_str()), ("CLOUDSDK_CONFIG", configured.as_str()));
    let named = (ADC_VARIABLE, named.as_str());
    let rows: [(&[(&str, &str)], &str); 7] = [
        (&[named, configured, home], "ServiceAccount"),
        (&[(ADC_VARIABLE, ""), configured, home], "https://oauth2.googleapis.com/token false"),
        (&[home], "https://sts.googleapis.com/v1/oauthtoken true"),
        (&[("HOME", "/none")], "http://metadata.google.internal/default"),
        (&[("GCE_METADATA_HOST", "127.0.0.1:99"), ("GCE_METADATA_ROOT", "x")], "http://127.0.0.1:99/default"),
        (&[("GCE_METADATA_ROOT", "x")], "http://x/default"),
        (&[("NO_GCE_CHECK", "false")], "http://metadata.google.internal/default"),
    ];
    for (variables, expected) in rows {
        let found = adc(variables).unwrap_or_else(|error| panic!("{variables:?}: {error}"));
        assert_eq!(kind(&found), expected, "{variables:?}");
    }
    let charged = |variables: &[(&str, &str)]| adc(variables).unwrap().quota_project;
    assert_eq!(charged(&[home]).as_deref(), Some("charged"));
    assert_eq!(charged(&[home, ("GOOGLE_CLOUD_QUOTA_PROJECT", "x")]).as_deref(), Some("x"));
    assert_eq!(charged(&[named]), None);
    let none = error(adc(&[("NO_GCE_CHECK", "true")]));
    assert!(none.hint.unwrap().contains("gcloud auth application-default login"));
    let gone = error(adc(&[(ADC_VARIABLE, "/none/adc.json"), home]));
    assert!(
        gone.message.contains("`/none/adc.json`, which `GOOGLE_APPLICATION_CREDENTIALS` names"),
        "{gone}"
    );
}

#[test]
fn documents_are_told_apart() {
    let source = USER.replace("authorized_user", "external_account_authorized_user");
    let impersonated = |source: &str| {
        format!(
            r#"{{"type": "impersonated_service_account", "delegates": ["d"], "source_credentials": {source},
                "service_account_impersonation_url": "https://iamcredentials.googleapis.com/v1/x:generateAccessToken"}}"#
        )
    };
    let target = "https://iamcredentials.googleapis.com/v1/x:generateAccessToken [\"d\"]";
    for (text, expected) in [
        (USER.to_owned(), "https://oauth2.googleapis.com/token false"),
        (USER.replace('{', r#"{"token_uri": "http://127.0.0.1:9/token","#), "http://127.0.0.1:9/token false"),
        (
            r#"{"type": "external_account", "universe_domain": "googleapis.com"}"#.to_owned(),
            "ExternalAccount",
        ),
        (impersonated(&source), target),
        (impersonated(r#"{"type": "external_account"}"#), target),
    ] {
        let found = document(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(kind(&found), expected, "{text}");
    }
    for (text, words) in [
        ("planted".to_owned(), "is not JSON: see line 1 column 1"),
        ("[]".to_owned(), "holds JSON, but no object"),
        ("{}".to_owned(), "lacks `type`"),
        (
            r#"{"type": "gdch_service_account"}"#.to_owned(),
            "of the type `gdch_service_account`, which is not known",
        ),
        (USER.replace("refresh_token", "x"), "lacks `refresh_token`"),
        (USER.replace('{', r#"{"token_uri": "http://example.com/token","#), "`token_uri` is not an endpoint"),
        (USER.replace('{', r#"{"universe_domain": "example.com","#), "is for the universe `example.com`"),
        (r#"{"type": "service_account", "client_email": "a@b"}"#.to_owned(), "lacks `private_key`"),
        (impersonated(&impersonated(USER)), "impersonates a service account by another"),
        (impersonated("null"), "lacks `type`"),
    ] {
        let error = error(document(&text));
        assert!(error.message.contains(words), "{text}: {error}");
    }
}

#[test]
fn other_kinds_take_what_the_configuration_has() {
    let folder = tempfile::tempdir().unwrap();
    let key = r#"{"client_email": "a@b", "private_key": "planted"}"#;
    let file = write(folder.path(), "key.json", key);
    let with = |change: &dyn Fn(&mut Connection), auth_kind| {
        let mut connection = connection(auth_kind);
        change(&mut connection);
        select(&connection, |_| None)
    };
    let contents =
        |connection: &mut Connection| connection.service_account_contents = Some(Secret::new("planted"));
    let both = |connection: &mut Connection| {
        contents(connection);
        connection.service_account_file = Some(file.clone().into());
    };
    assert_eq!(kind(&with(&both, AuthKind::ServiceAccount).unwrap()), "ServiceAccount");
    let found = error(with(&contents, AuthKind::ServiceAccount));
    assert!(found.message.starts_with("`service_account_contents` is not JSON"), "{found}");
    let user = |connection: &mut Connection| connection.service_account_contents = Some(Secret::new(USER));
    let found = error(with(&user, AuthKind::ServiceAccount));
    assert!(found.message.contains("`authorized_user`, not the key of a service account"), "{found}");
    let email = |connection: &mut Connection| connection.service_account_email = Some("a@b".to_owned());
    let found = with(&email, AuthKind::MachineAccount).unwrap();
    assert_eq!(kind(&found), "http://metadata.google.internal/a@b");
    assert!(!found.identity.has_scopes());
    let token = |connection: &mut Connection| connection.access_token = Some(Secret::new("planted"));
    assert_eq!(kind(&with(&token, AuthKind::AccessToken).unwrap()), "given");
    error(with(&|_| {}, AuthKind::AccessToken));
    error(with(&|_| {}, AuthKind::ServiceAccount));
}

#[test]
fn credentials_in_the_place_of_their_path_are_not_shown() {
    let key = r#"{"type": "service_account", "private_key": "planted"}"#;
    let of_key =
        Connection { service_account_file: Some(key.into()), ..connection(AuthKind::ServiceAccount) };
    let errors = [select(&of_key, |_| None).err(), adc(&[("GOOGLE_APPLICATION_CREDENTIALS", key)]).err()];
    for error in errors {
        let shown = format!("{:?}", error.unwrap());
        assert!(shown.contains("holds credentials") && !shown.contains("planted"), "{shown}");
    }
    assert!(!format!("{of_key:?}").contains("planted"));
}
