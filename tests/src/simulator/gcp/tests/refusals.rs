//! What the simulator refuses, and in which form.

use serde_json::{Value, json};

use super::{COMPUTE, MANAGER, PLATFORM, authorized, body, request, shop};
use crate::simulator::clock::Clock;
use crate::simulator::cloud::{Cloud as _, Refusal};
use crate::simulator::exchange::{Answer, Request};
use crate::simulator::gcp::directory::{AUDIENCE, CLIENT, CLIENT_SECRET, REFRESH_TOKEN, SUBJECT_TOKEN};
use crate::simulator::gcp::token::Grant;
use crate::simulator::gcp::{Gcp, Options, key};

const TOKEN: &str = "https://oauth2.googleapis.com/token";

fn post(url: &str, pairs: &[(&str, &str)]) -> Request {
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    Request { method: "POST".to_owned(), body: form.into_bytes(), ..request(url) }
}

fn status_and_reason(answer: &Answer) -> (u16, Value) {
    (answer.status, body(answer).pointer("/error/errors/0/reason").cloned().unwrap_or_default())
}

fn detail(answer: &Answer) -> Value {
    let body = body(answer);
    let details = body.pointer("/error/details").and_then(Value::as_array).cloned().unwrap_or_default();
    details.iter().find_map(|detail| detail.get("reason").cloned()).unwrap_or_default()
}

#[test]
fn compute_engine_refuses_in_its_own_form() {
    let cloud = shop();
    let table = [
        ("shop/aggregated/instances?filter=x", 400, "invalid"),
        ("shop/aggregated/instances?maxResults=501", 400, "invalid"),
        ("shop/aggregated/instances?maxResults=many", 400, "invalid"),
        ("shop/aggregated/instances?pageToken=abc", 400, "invalid"),
        ("shop/aggregated/instances?orderBy=id", 400, "invalid"),
        ("shop/aggregated/instances?alt=xml", 400, "invalid"),
        ("shop/aggregated/instances?returnPartialSuccess=yes", 400, "invalid"),
        ("shop/aggregated/instances?max_results=5", 400, "badRequest"),
        ("nothing/aggregated/instances", 404, "notFound"),
        ("off/aggregated/instances", 403, "accessNotConfigured"),
        ("gone/aggregated/disks", 403, "forbidden"),
        ("secret/zones", 403, "forbidden"),
    ];
    for (path, status, reason) in table {
        let answer = cloud.answer(&authorized(&cloud, &format!("{COMPUTE}/{path}")), None);
        assert_eq!(status_and_reason(&answer), (status, json!(reason)), "{path}");
    }
    let off = cloud.answer(&authorized(&cloud, &format!("{COMPUTE}/off/zones")), None);
    assert_eq!(detail(&off), "SERVICE_DISABLED");
    let elsewhere = cloud.answer(&authorized(&cloud, &format!("{COMPUTE}/shop/aggregated/addresses")), None);
    assert_eq!((elsewhere.status, elsewhere.headers[0].1.as_str()), (404, "text/html; charset=UTF-8"));
    let mut billed = authorized(&cloud, &format!("{COMPUTE}/shop/zones"));
    billed.headers.insert("x-goog-user-project".to_owned(), "nothing".to_owned());
    assert_eq!(cloud.answer(&billed, None).status, 403);
}

#[test]
fn a_page_token_is_good_for_its_list_only() {
    let cloud = shop();
    let list = format!("{COMPUTE}/shop/aggregated/instances?maxResults=1");
    let page = body(&cloud.answer(&authorized(&cloud, &list), None));
    let token = page["nextPageToken"].as_str().expect("a token").to_owned();
    let table = [
        ("aggregated/instances?maxResults=2", 200),
        ("aggregated/instances?prettyPrint=false", 200),
        ("aggregated/instances?filter=name=db", 400),
        ("aggregated/disks?maxResults=1", 400),
    ];
    for (path, status) in table {
        let url = format!("{COMPUTE}/shop/{path}&pageToken={token}");
        assert_eq!(cloud.answer(&authorized(&cloud, &url), None).status, status, "{path}");
    }
}

#[test]
fn callers_must_say_who_they_are() {
    let cloud = shop();
    let ask = |token: Option<&str>, url: &str| {
        let mut request = request(url);
        if let Some(token) = token {
            request.headers.insert("authorization".to_owned(), format!("Bearer {token}"));
        }
        let answer = cloud.answer(&request, None);
        (answer.status, detail(&answer).as_str().unwrap_or_default().to_owned())
    };
    let is = |status: u16, reason: &str| (status, reason.to_owned());
    let zones = format!("{COMPUTE}/shop/zones");
    assert_eq!(ask(None, &zones), is(401, "CREDENTIALS_MISSING"));
    assert_eq!(ask(Some("ya29.fake"), &zones), is(401, "ACCESS_TOKEN_TYPE_UNSUPPORTED"));
    let token = |scopes: &str| Grant::new(&cloud.world, "x@y", scopes).write(&cloud.world.seal);
    let compute = token("https://www.googleapis.com/auth/compute.readonly");
    let projects = format!("{MANAGER}/v1/projects");
    assert_eq!(ask(Some(&compute), &zones), is(200, ""));
    assert_eq!(ask(Some(&compute), &projects), is(403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT"));
    let now = Clock::default().now();
    let signed = |more: Value| {
        let mut claims = json!({"iss": cloud.accounts().keyed, "sub": cloud.accounts().keyed, "iat": now, "exp": now + 3600});
        crate::simulator::merge::merge(&mut claims, &more);
        key::sign(&claims)
    };
    let scoped = signed(json!({"scope": PLATFORM}));
    assert_eq!(ask(Some(&scoped), &zones), is(200, ""));
    let for_compute = signed(json!({"aud": "https://compute.googleapis.com/"}));
    assert_eq!(ask(Some(&for_compute), &zones), is(200, ""));
    assert_eq!(ask(Some(&for_compute), &projects), is(403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT"));
    assert_eq!(
        ask(Some(&signed(json!({"sub": "a@b", "scope": PLATFORM}))), &zones),
        is(401, "ACCESS_TOKEN_TYPE_UNSUPPORTED")
    );
    assert_eq!(
        ask(Some(&signed(json!({"exp": now - 1, "scope": PLATFORM}))), &zones),
        is(401, "ACCESS_TOKEN_EXPIRED")
    );
    cloud.world.clock.advance(std::time::Duration::from_secs(3601));
    assert_eq!(ask(Some(&compute), &zones), is(401, "ACCESS_TOKEN_EXPIRED"));
    assert_eq!(ask(Some(&scoped), &zones), is(200, ""));
}

#[test]
fn resource_manager_has_no_list_of_errors() {
    let cloud = shop();
    for (path, status) in [
        ("/v3/folders?parent=folders/77", "PERMISSION_DENIED"),
        ("/v3/projects?parent=7", "INVALID_ARGUMENT"),
        ("/v3/projects?parent=folders/1&pageToken=x", "INVALID_ARGUMENT"),
        ("/v3/projects:search?query=(", "INVALID_ARGUMENT"),
    ] {
        let answer = body(&cloud.answer(&authorized(&cloud, &format!("{MANAGER}{path}")), None));
        assert_eq!(
            (&answer["error"]["status"], answer["error"].get("errors")),
            (&json!(status), None),
            "{path}"
        );
    }
}

#[test]
fn refusals_on_demand_have_the_form_of_their_service() {
    let cloud = shop();
    let compute = authorized(&cloud, &format!("{COMPUTE}/shop/zones"));
    let projects = authorized(&cloud, &format!("{MANAGER}/v1/projects"));
    let table = [
        (Refusal::Throttled, (403, "rateLimitExceeded"), 429),
        (Refusal::Internal, (500, "internalError"), 500),
        (Refusal::Unavailable, (503, "backendError"), 503),
        (Refusal::Denied, (403, "forbidden"), 403),
        (Refusal::Unknown, (401, "authError"), 401),
        (Refusal::Expired, (401, "authError"), 401),
    ];
    for (refusal, (status, reason), other) in table {
        assert_eq!(
            status_and_reason(&cloud.refuse(&compute, refusal)),
            (status, json!(reason)),
            "{refusal:?}"
        );
        assert_eq!(cloud.refuse(&projects, refusal).status, other, "{refusal:?}");
        let login = cloud.refuse(&post(TOKEN, &[]), refusal);
        assert!(body(&login)["error"].is_string(), "{refusal:?}");
    }
    let newer = Gcp { options: Options { throttles_with_429: true, ..Options::default() }, ..shop() };
    let throttled = newer.refuse(&compute, Refusal::Throttled);
    assert_eq!((throttled.status, detail(&throttled)), (429, json!("RATE_LIMIT_EXCEEDED")));
    let page = cloud.refuse(&compute, Refusal::BadGateway);
    assert_eq!((page.status, page.headers[0].1.as_str()), (502, "text/html; charset=UTF-8"));
}

fn asked_for(cloud: &Gcp, request: &Request) -> (u16, String) {
    let answer = cloud.answer(request, None);
    let body = body(&answer);
    let text = body["error_description"].as_str().or(body["error"].as_str()).unwrap_or_default();
    (answer.status, text.to_owned())
}

#[test]
fn the_token_endpoint_looks_at_the_assertion() {
    let cloud = shop();
    let now = Clock::default().now();
    let right = json!({"iss": cloud.accounts().keyed, "aud": TOKEN, "iat": now, "exp": now + 3600, "scope": PLATFORM});
    let sign = |more: Value| {
        let mut claims = right.clone();
        crate::simulator::merge::merge(&mut claims, &more);
        key::sign(&claims)
    };
    let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    let ask =
        |assertion: &str| asked_for(&cloud, &post(TOKEN, &[("grant_type", grant), ("assertion", assertion)]));
    assert_eq!(ask(&sign(json!({}))), (200, String::new()));
    let table = [
        (json!({"iss": "other@shop.iam.gserviceaccount.com"}), "account not found"),
        (json!({"aud": "https://example.com/token"}), "audience"),
        (json!({"exp": now - 1}), "short-lived"),
        (json!({"exp": now + 9000}), "short-lived"),
        (json!({"scope": "compute"}), "Invalid OAuth scope"),
    ];
    for (more, expected) in table {
        let (status, text) = ask(&sign(more));
        assert!(status == 400 && text.contains(expected), "{expected}: {text}");
    }
    let (_, text) = ask("a.b.c");
    assert!(text.contains("Invalid JWT"), "{text}");
    let (status, text) = asked_for(&cloud, &post(TOKEN, &[("grant_type", "password")]));
    assert!(status == 400 && text.contains("Invalid grant_type"), "{text}");
}

#[test]
fn users_and_foreign_identities_are_known_by_their_secrets() {
    let cloud = shop();
    let user = |secret: &str, token: &str, more: (&str, &str)| {
        let pairs = [
            ("grant_type", "refresh_token"),
            ("client_id", CLIENT),
            ("client_secret", secret),
            ("refresh_token", token),
            more,
        ];
        asked_for(&cloud, &post(TOKEN, &pairs)).0
    };
    assert_eq!(user(CLIENT_SECRET, REFRESH_TOKEN, ("scope", PLATFORM)), 200);
    assert_eq!(user("wrong", REFRESH_TOKEN, ("scope", PLATFORM)), 401);
    assert_eq!(user(CLIENT_SECRET, "wrong", ("scope", PLATFORM)), 400);
    assert_eq!(user(CLIENT_SECRET, REFRESH_TOKEN, ("scopes", PLATFORM)), 400);
    let foreign = |token: &str, audience: &str| {
        let pairs = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("audience", audience),
            ("scope", PLATFORM),
            ("requested_token_type", "urn:ietf:params:oauth:token-type:access_token"),
            ("subject_token", token),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"),
        ];
        asked_for(&cloud, &post("https://sts.googleapis.com/v1/token", &pairs)).0
    };
    assert_eq!(
        (foreign(SUBJECT_TOKEN, AUDIENCE), foreign("x", AUDIENCE), foreign(SUBJECT_TOKEN, "x")),
        (200, 400, 400)
    );
    let account = &cloud.accounts().keyed;
    let act_as = |account: &str, body: &Value| {
        let url = format!(
            "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{account}:generateAccessToken"
        );
        let request = Request {
            method: "POST".to_owned(),
            body: body.to_string().into_bytes(),
            ..authorized(&cloud, &url)
        };
        cloud.answer(&request, None)
    };
    let answer = act_as(account, &json!({"scope": [PLATFORM], "lifetime": "60s"}));
    assert!(body(&answer)["expireTime"].as_str().is_some_and(|time| time.ends_with('Z')), "{answer:?}");
    assert_eq!(act_as(account, &json!({})).status, 400);
    assert_eq!(act_as("other@x", &json!({"scope": [PLATFORM]})).status, 403);
}

#[test]
fn the_metadata_server_wants_its_header() {
    let cloud = shop();
    let get = |path: &str, flavor: Option<&str>| {
        let mut request = request(&format!("http://metadata.google.internal/{path}"));
        request.headers.extend(flavor.map(|flavor| ("metadata-flavor".to_owned(), flavor.to_owned())));
        let answer = cloud.answer(&request, None);
        assert!(answer.headers.contains(&("metadata-flavor", "Google".to_owned())));
        (answer.status, String::from_utf8_lossy(&answer.body).into_owned())
    };
    let base = "computeMetadata/v1";
    assert_eq!(get("", None).0, 200);
    assert_eq!(get(&format!("{base}/project/project-id"), None).0, 403);
    assert_eq!(get(&format!("{base}/project/project-id"), Some("Google")), (200, "shop".to_owned()));
    let (status, account) =
        get(&format!("{base}/instance/service-accounts/default/?recursive=true"), Some("Google"));
    assert!(status == 200 && account.contains(&cloud.accounts().machine), "{account}");
    let (status, token) =
        get(&format!("{base}/instance/service-accounts/default/token?scopes={PLATFORM}"), Some("Google"));
    assert!(status == 200 && token.contains("\"expires_in\":3599"), "{token}");
    assert_eq!(get(&format!("{base}/instance/service-accounts/other@x/token"), Some("Google")).0, 404);
    assert_eq!(get(&format!("{base}/universe/universe-domain"), Some("Google")).1, "googleapis.com");
}

#[test]
fn every_call_has_a_name_and_can_be_refused() {
    let cloud = shop();
    let credentials = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/a@b";
    let machine = "http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default";
    let table = [
        (request(&format!("{COMPUTE}/shop/aggregated/instances")), "AggregatedInstances", "shop"),
        (
            request(&format!("{COMPUTE}/example.com%3Ashop/aggregated/disks")),
            "AggregatedDisks",
            "example.com:shop",
        ),
        (request(&format!("{COMPUTE}/shop/zones")), "Zones", "shop"),
        (request(&format!("{MANAGER}/v1/projects?filter=parent.id+%3D+77")), "Projects", "77"),
        (request(&format!("{MANAGER}/v3/projects?parent=folders/1")), "ChildProjects", "folders/1"),
        (request(&format!("{MANAGER}/v3/projects:search?query=a:b")), "SearchedProjects", ""),
        (request(&format!("{MANAGER}/v3/folders?parent=folders/1")), "Folders", "folders/1"),
        (post(TOKEN, &[]), "Token", ""),
        (post("https://sts.googleapis.com/v1/token", &[]), "ExchangedToken", ""),
        (post(&format!("{credentials}:generateAccessToken"), &[]), "ImpersonatedToken", "a@b"),
        (request(&format!("{credentials}/allowedLocations")), "AllowedLocations", "a@b"),
        (request(&format!("{machine}/token")), "MachineToken", "default"),
        (request(&format!("{machine}/email")), "MachineMetadata", ""),
        (request(&format!("{COMPUTE}/shop/regions")), "unknown", ""),
    ];
    let refusals = [
        Refusal::Throttled,
        Refusal::Internal,
        Refusal::BadGateway,
        Refusal::Unavailable,
        Refusal::Denied,
        Refusal::Unknown,
        Refusal::Expired,
    ];
    for (request, name, scope) in table {
        let call = cloud.classify(&request);
        assert_eq!((call.name.as_str(), call.scope.as_str()), (name, scope));
        assert!(cloud.owns(&request.host, &request.path), "{name}");
        for refusal in refusals {
            assert!(cloud.refuse(&request, refusal).status >= 400, "{name} {refusal:?}");
        }
    }
    assert!(!cloud.owns("169.254.169.254", "/metadata/identity/oauth2/token"));
    assert!(!cloud.owns("storage.googleapis.com", ""));
}
