//! What a management account, its accounts and their regions answer.

use super::*;

/// The accounts: number, name, state.
pub(super) const ACCOUNTS: [(&str, &str, &str); 5] = [
    ("111111111111", "management", "ACTIVE"),
    ("222222222222", "web", "ACTIVE"),
    ("333333333333", "data", "ACTIVE"),
    ("444444444444", "closed", "SUSPENDED"),
    ("555555555555", "sandbox-1", "ACTIVE"),
];

pub(super) fn accounts(chosen: &[usize], next: Option<&str>) -> String {
    let account = |place: &usize| {
        let (id, name, state) = ACCOUNTS[*place];
        let arn = format!("arn:aws:organizations::111111111111:account/o-x/{id}");
        // The management account is from a service that knows only the older member.
        let key = if *place == 0 { "Status" } else { "State" };
        serde_json::json!({"Id": id, "Name": name, "Arn": arn, key: state})
    };
    let accounts: Vec<_> = chosen.iter().map(account).collect();
    serde_json::json!({"Accounts": accounts, "NextToken": next}).to_string()
}

pub(super) fn units(ids: &[&str], next: Option<&str>) -> String {
    let units: Vec<_> = ids.iter().map(|id| serde_json::json!({"Id": id, "Name": id})).collect();
    serde_json::json!({"OrganizationalUnits": units, "NextToken": next}).to_string()
}

/// An organization in which `ou-top` holds `ou-mid-1` and `ou-mid-2`, and `ou-mid-2` holds `ou-low`.
pub(super) fn organization(request: &Request) -> Option<(u16, String)> {
    let target = request.head.split("AWSOrganizationsV20161128.").nth(1)?;
    let operation = target.split_whitespace().next()?;
    let is_second = request.body.contains("second");
    let parent = ["ou-top", "ou-mid-1", "ou-mid-2", "ou-low"]
        .into_iter()
        .find(|unit| request.body.contains(&format!("\"{unit}\"")));
    Some((
        200,
        match (operation, parent) {
            ("ListAccounts", _) if is_second => accounts(&[3, 4], None),
            ("ListAccounts", _) => accounts(&[0, 1, 2], Some("second")),
            ("ListAccountsForParent", Some("ou-mid-1")) => accounts(&[1, 3], None),
            ("ListAccountsForParent", Some("ou-low")) => accounts(&[2], None),
            ("ListAccountsForParent", Some(_)) => accounts(&[], None),
            ("ListOrganizationalUnitsForParent", Some("ou-top")) if is_second => units(&["ou-mid-2"], None),
            ("ListOrganizationalUnitsForParent", Some("ou-top")) => units(&["ou-mid-1"], Some("second")),
            ("ListOrganizationalUnitsForParent", Some("ou-mid-2")) => units(&["ou-low"], None),
            ("ListOrganizationalUnitsForParent", Some(_)) => units(&[], None),
            _ => return Some((400, r#"{"__type": "ParentNotFoundException", "Message": "no"}"#.to_owned())),
        },
    ))
}

/// The account whose keys signed a request.
pub(super) fn signer(request: &Request) -> &str {
    let (_, rest) = request.head.split_once("Credential=AKID").unwrap();
    rest.split('/').next().unwrap()
}

pub(super) fn fault(code: &str) -> (u16, String) {
    (
        403,
        format!(
            "<Response><Errors><Error><Code>{code}</Code><Message>no</Message></Error></Errors></Response>"
        ),
    )
}

/// Answers as AWS does; the role in account 555555555555 cannot be assumed, and account 333333333333 may not list regions.
pub(super) fn answer(request: &Request) -> (u16, String) {
    if let Some(answer) = organization(request) {
        return answer;
    }
    if request.head.contains("AmazonSSM.GetInventory") {
        let data = r#"{"AWS:InstanceInformation": {"TypeName": "AWS:InstanceInformation", "SchemaVersion": "1.0",
            "Content": [{"PlatformName": "Ubuntu"}]}}"#;
        return (200, format!(r#"{{"Entities": [{{"Id": "i-shared", "Data": {data}}}]}}"#));
    }
    let action = request.body.split("Action=").nth(1).unwrap().split('&').next().unwrap();
    let text = match action {
        "GetCallerIdentity" => format!(
            "<GetCallerIdentityResult><Account>{}</Account></GetCallerIdentityResult>",
            signer(request)
        ),
        "AssumeRole" => {
            let (_, rest) = request.body.split_once("iam%3A%3A").unwrap();
            let account = &rest[..12];
            if account == "555555555555" {
                let code = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
                return (403, code.to_owned());
            }
            format!(
                "<AssumeRoleResult><Credentials><AccessKeyId>AKID{account}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
                 <SessionToken>t</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>"
            )
        }
        "DescribeRegions" if signer(request) == "333333333333" => return fault("UnauthorizedOperation"),
        "DescribeRegions" => {
            let mut regions = vec!["eu-west-1", "eu-west-2", "us-east-1"];
            regions.retain(|region| *region != "eu-west-2" || signer(request) != "222222222222");
            let items: String = regions
                .iter()
                .map(|region| format!("<item><regionName>{region}</regionName></item>"))
                .collect();
            format!("<regionInfo>{items}</regionInfo>")
        }
        "DescribeInstances" => {
            // One machine of the account in each region, and one that all accounts show.
            let region = request.head.split("Credential=").nth(1).unwrap().split('/').nth(2).unwrap();
            let machine = |owner: &str, id: &str| {
                format!(
                    "<item><ownerId>{owner}</ownerId><instancesSet><item><instanceId>{id}</instanceId>\
                     <placement><availabilityZone>{region}a</availabilityZone></placement></item></instancesSet></item>"
                )
            };
            let own = machine(signer(request), &format!("i-{}-{region}", signer(request)));
            format!("<reservationSet>{own}{}</reservationSet>", machine("999999999999", "i-shared"))
        }
        other => panic!("{other}"),
    };
    (200, format!("<{action}Response>{text}</{action}Response>"))
}
