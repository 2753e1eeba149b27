//! Who there is in the simulated directory: its tenant, an application, a user and the identities of machines.

/// The tenant.
pub const TENANT: &str = "7a1d2c3e-0000-4000-8000-00000000a2e1";
/// The tenant's other name.
pub const DOMAIN: &str = "simulated.onmicrosoft.com";
/// The application that may log in.
pub const CLIENT: &str = "7a1d2c3e-0000-4000-8000-0000000000c1";
/// The application's secret.
pub const SECRET: &str = "simulated~secret";
/// An assertion of another identity provider that the application trusts.
pub const FEDERATED_TOKEN: &str =
    "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzeXN0ZW06c2VydmljZWFjY291bnQ6dGVzdDp0ZXN0In0.c2lnbmVk";
/// The user that may log in with a password.
pub const USER: &str = "operator@simulated.onmicrosoft.com";
/// The user's password.
pub const PASSWORD: &str = "simulated-password";
/// The client id of the identity that was assigned to the machine by a user.
pub const USER_IDENTITY: &str = "7a1d2c3e-0000-4000-8000-0000000000d1";
/// The client id of the machine's own identity.
pub const SYSTEM_IDENTITY: &str = "7a1d2c3e-0000-4000-8000-0000000000d0";
/// What an App Service expects in the header `X-IDENTITY-HEADER`.
pub const IDENTITY_HEADER: &str = "simulated-header";

/// The public clients that users log in with: the Azure CLI.
const PUBLIC_CLIENTS: [&str; 1] = ["04b07795-8ddb-461a-bbee-02f9e1bf7b46"];

/// Returns whether a text names the tenant.
pub(super) fn is_tenant(name: &str) -> bool {
    name.eq_ignore_ascii_case(TENANT) || name.eq_ignore_ascii_case(DOMAIN)
}

/// Returns whether users of any tenant may log in under this name.
pub(super) fn is_shared_tenant(name: &str) -> bool {
    ["common", "organizations"].contains(&name)
}

/// Returns whether the directory has an application.
pub(super) fn is_application(client: &str) -> bool {
    client == CLIENT || PUBLIC_CLIENTS.contains(&client)
}
