//! The Security Token Service.

use jiff::Timestamp;

use super::asked::{Asked, Caller};
use super::failure::{Failure, REQUEST_ID, escape};
use super::{Aws, names};
use crate::simulator::exchange::Answer;

pub(super) fn answer(aws: &Aws, asked: &Asked) -> Result<Answer, Failure> {
    let content = match asked.action.as_str() {
        "GetCallerIdentity" => caller_identity(asked)?,
        "AssumeRole" => assume_role(aws, asked)?,
        _ => return Err(asked.unknown_action()),
    };
    let action = &asked.action;
    Ok(Answer::new(
        200,
        "text/xml",
        format!(
            "<{action}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{action}Result>{content}</{action}Result>\
             <ResponseMetadata><RequestId>{REQUEST_ID}</RequestId></ResponseMetadata></{action}Response>\n"
        ),
    ))
}

fn caller_identity(asked: &Asked) -> Result<String, Failure> {
    asked.allow(&[])?;
    let Caller { account, arn } = &asked.caller;
    let arn = escape(arn);
    Ok(format!("<Arn>{arn}</Arn><UserId>AIDASIMULATEDUSER000</UserId><Account>{account}</Account>"))
}

fn assume_role(aws: &Aws, asked: &Asked) -> Result<String, Failure> {
    asked.allow(&["RoleArn", "RoleSessionName", "DurationSeconds", "ExternalId"])?;
    let invalid = |text: &str| Failure::new(400, "ValidationError", text);
    let given = |name: &str| asked.parameters.get(name).map(String::as_str);
    let (Some(role), Some(session)) = (given("RoleArn"), given("RoleSessionName")) else {
        return Err(invalid("RoleArn and RoleSessionName are required"));
    };
    let Some((account, name)) = role.strip_prefix("arn:aws:iam::").and_then(|rest| rest.split_once(":role/"))
    else {
        return Err(invalid("RoleArn is not the ARN of a role"));
    };
    if !aws.world.fleet.geography().accounts.iter().any(|known| known == account) {
        let text = format!(
            "User: {} is not authorized to perform: sts:AssumeRole on resource: {role}",
            asked.caller.arn
        );
        return Err(Failure::new(403, "AccessDenied", text));
    }
    let asked_for = match given("DurationSeconds").map(str::parse) {
        None => 3600,
        Some(Ok(seconds @ 900..=43_200)) => seconds,
        Some(_) => return Err(invalid("DurationSeconds is not from 900 to 43200")),
    };
    let lifetime = aws.world.limits.token_lifetime.as_secs().min(asked_for);
    let end = aws.world.clock.now() + lifetime;
    // The path of a role is no part of the ARN of its sessions.
    let name = name.rsplit('/').next().unwrap_or(name);
    let arn = format!("arn:aws:sts::{account}:assumed-role/{name}/{session}");
    let key = names::id("ASIA", &format!("{arn} {end}")).replace('-', "").to_uppercase();
    let token = Caller { account: account.to_owned(), arn: arn.clone() }.session(aws, &key, end);
    let expiration = timestamp(end);
    Ok(format!(
        "<AssumedRoleUser><AssumedRoleId>AROASIMULATEDROLE000:{session}</AssumedRoleId><Arn>{arn}</Arn></AssumedRoleUser>\
         <Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>simulated</SecretAccessKey>\
         <SessionToken>{token}</SessionToken><Expiration>{expiration}</Expiration></Credentials>",
        session = escape(session),
        arn = escape(&arn),
    ))
}

/// Writes a time, in seconds since 1970, as the Query protocol does.
pub(super) fn timestamp(seconds: u64) -> String {
    let seconds = i64::try_from(seconds).unwrap_or_default();
    Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}
