//! Names as Ansible writes them.

/// Returns the snake_case form of a CamelCase name, as `camel_dict_to_snake_dict` of Ansible makes it.
pub(crate) fn snake_case(name: &str) -> String {
    let characters: Vec<char> = split_plural(name).chars().collect();
    let characters = split_before_words(&characters);
    split_after_small(&characters).to_lowercase()
}

/// Sets a plural abbreviation at the end off, in small letters: `GroupARNs` becomes `Group_arns`.
fn split_plural(name: &str) -> String {
    let Some(rest) = name.strip_suffix('s') else { return name.to_owned() };
    let start = rest.trim_end_matches(|c: char| c.is_ascii_uppercase());
    let capitals = rest.get(start.len()..).unwrap_or_default();
    if capitals.len() < 3 {
        return name.to_owned();
    }
    let separator = if start.is_empty() { "" } else { "_" };
    format!("{start}{separator}{}s", capitals.to_ascii_lowercase())
}

/// Puts `_` before a capital that small letters follow, unless it is first: `(.)([A-Z][a-z]+)`.
fn split_before_words(characters: &[char]) -> Vec<char> {
    let mut out = Vec::with_capacity(characters.len() + 4);
    let mut rest = characters;
    while let [first, others @ ..] = rest {
        out.push(*first);
        rest = others;
        if let [capital, small, ..] = others
            && capital.is_ascii_uppercase()
            && small.is_ascii_lowercase()
            && *first != '\n'
        {
            // The match takes the whole word, so that its letters cannot be the character before another one.
            let word = 1 + others.iter().skip(1).take_while(|c| c.is_ascii_lowercase()).count();
            let (word, after) = others.split_at(word.min(others.len()));
            out.push('_');
            out.extend(word);
            rest = after;
        }
    }
    out
}

/// Puts `_` between a small letter or digit and the capitals after it: `([a-z0-9])([A-Z]+)`.
fn split_after_small(characters: &[char]) -> String {
    let mut out = String::with_capacity(characters.len() + 4);
    let mut before_small = false;
    for character in characters {
        if before_small && character.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(*character);
        before_small = character.is_ascii_lowercase() || character.is_ascii_digit();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::snake_case;

    #[test]
    fn names_become_those_of_ansible() {
        for (camel, snake) in [
            ("AgentType", "agent_type"),
            ("IpAddress", "ip_address"),
            ("IPAddress", "ip_address"),
            ("InstanceId", "instance_id"),
            ("EnableResourceNameDnsAAAARecord", "enable_resource_name_dns_aaaa_record"),
            ("Ipv6Address", "ipv6_address"),
            ("IPv6", "i_pv6"),
            ("InstanceIDs", "instance_i_ds"),
            ("DBInstanceArn", "db_instance_arn"),
            ("TargetGroupARNs", "target_group_arns"),
            ("ARNs", "arns"),
            ("Sha256Hash", "sha256_hash"),
            ("already_snake", "already_snake"),
            ("A", "a"),
            ("", ""),
        ] {
            assert_eq!(snake_case(camel), snake, "{camel}");
        }
    }
}
