//! The Azure clouds: the hosts of their services, and the audiences of their Resource Managers.

/// One cloud.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cloud {
    pub(super) name: &'static str,
    /// The hosts of Entra, the preferred one first.
    pub(super) login: &'static [&'static str],
    pub(super) manager: &'static str,
    /// The audience of older clients.
    pub(super) classic: &'static str,
    pub(super) portal: &'static str,
    pub(super) graph: &'static str,
    pub(super) storage: &'static str,
}

/// The address of the metadata service of a virtual machine.
pub(super) const METADATA: &str = "169.254.169.254";

/// The clouds that the simulator speaks for.
pub(super) const CLOUDS: [Cloud; 3] = [
    Cloud {
        name: "AzureCloud",
        login: &["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"],
        manager: "management.azure.com",
        classic: "management.core.windows.net",
        portal: "portal.azure.com",
        graph: "graph.microsoft.com",
        storage: "core.windows.net",
    },
    Cloud {
        name: "AzureUSGovernment",
        login: &["login.microsoftonline.us"],
        manager: "management.usgovcloudapi.net",
        classic: "management.core.usgovcloudapi.net",
        portal: "portal.azure.us",
        graph: "graph.microsoft.us",
        storage: "core.usgovcloudapi.net",
    },
    Cloud {
        name: "AzureChinaCloud",
        login: &["login.chinacloudapi.cn", "login.partner.microsoftonline.cn"],
        manager: "management.chinacloudapi.cn",
        classic: "management.core.chinacloudapi.cn",
        portal: "portal.azure.cn",
        graph: "microsoftgraph.chinacloudapi.cn",
        storage: "core.chinacloudapi.cn",
    },
];

/// What a host name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    /// Entra, which gives tokens.
    Login(&'static Cloud),
    /// Resource Manager.
    Manager(&'static Cloud),
    /// The metadata service of a virtual machine.
    Metadata,
}

impl Service {
    /// Returns what the host, without its port, stands for.
    pub(super) fn of(host: &str) -> Option<Self> {
        if host == METADATA {
            return Some(Self::Metadata);
        }
        CLOUDS.iter().find_map(|cloud| match host {
            _ if cloud.login.contains(&host) => Some(Self::Login(cloud)),
            _ if cloud.manager == host => Some(Self::Manager(cloud)),
            _ => None,
        })
    }
}

impl Cloud {
    /// Returns the audiences that the cloud's Resource Manager accepts in a token.
    pub(super) fn audiences(&self) -> [String; 4] {
        let (new, old) = (self.manager, self.classic);
        [
            format!("https://{old}/"),
            format!("https://{old}"),
            format!("https://{new}/"),
            format!("https://{new}"),
        ]
    }

    /// Returns whether a token for an audience is one for the Resource Manager that is reached at `origin`: at an endpoint
    /// on loopback, clients name it by its address.
    pub(super) fn takes(&self, audience: &str, origin: &str) -> bool {
        let is_endpoint = origin.contains("://127.0.0.1:") || origin.contains("://localhost:");
        let is_named = audience.strip_suffix('/').unwrap_or(audience) == origin;
        is_endpoint && is_named || self.audiences().iter().any(|known| known == audience)
    }
}
