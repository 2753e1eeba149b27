//! The identifiers of Azure's resources.

/// The parts of an identifier that variables are made of.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ResourceId<'a> {
    /// The resource group.
    pub(crate) group: Option<&'a str>,
    /// The name of the resource itself, not of one that it belongs to.
    pub(crate) name: Option<&'a str>,
}

impl<'a> ResourceId<'a> {
    /// Reads `/subscriptions/ID/resourceGroups/GROUP/providers/NAMESPACE/TYPE/NAME/TYPE/NAME...`; without
    /// distinction of case, and as much of it as there is.
    pub(crate) fn parse(id: &'a str) -> ResourceId<'a> {
        let mut parts = id.split('/').peekable();
        let none = ResourceId { group: None, name: None };
        let starts = parts.next() == Some("")
            && parts.next().is_some_and(|part| part.eq_ignore_ascii_case("subscriptions"));
        if !starts || parts.next().is_none_or(str::is_empty) {
            return none;
        }
        let group = match parts.next_if(|part| part.eq_ignore_ascii_case("resourceGroups")) {
            Some(_) => parts.next().filter(|group| !group.is_empty()),
            None => None,
        };
        ResourceId { group, name: last_name(parts) }
    }
}

/// Returns the last name of pairs of type and name; `providers/NAMESPACE` may stand before a pair.
fn last_name<'a>(mut parts: std::iter::Peekable<std::str::Split<'a, char>>) -> Option<&'a str> {
    let mut name = None;
    while parts.peek().is_some() {
        if parts.next_if(|part| part.eq_ignore_ascii_case("providers")).is_some() {
            parts.next()?;
        } else if name.is_none() {
            return None;
        }
        let pair = (parts.next(), parts.next());
        let (Some(_), Some(found)) = pair else { break };
        if found.is_empty() {
            break;
        }
        name = Some(found);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_those_of_azures_own_parser() {
        let vm = "/subscriptions/s/resourceGroups/RG-a/providers/Microsoft.Compute/virtualMachines/web";
        let instance = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachineScaleSets/x/virtualMachines/0";
        let hci = "/subscriptions/s/resourcegroups/rg/providers/Microsoft.HybridCompute/machines/m/providers/Microsoft.AzureStackHCI/virtualMachineInstances/default";
        for (id, group, name) in [
            (vm, Some("RG-a"), Some("web")),
            (instance, Some("rg"), Some("0")),
            (hci, Some("rg"), Some("default")),
            ("/SUBSCRIPTIONS/s/RESOURCEGROUPS/rg", Some("rg"), None),
            ("/subscriptions/s/providers/Microsoft.X/things/t", None, Some("t")),
            ("/subscriptions/s", None, None),
            ("web", None, None),
            ("", None, None),
        ] {
            assert_eq!(ResourceId::parse(id), ResourceId { group, name }, "{id}");
        }
    }
}
