//! One search for instances: the filters of one entry of `filters`, `include_filters` or `exclude_filters`.

use aws_sdk_ec2::types;

/// The states that a search without a filter on them is about: all but those of machines that are gone.
const STATES: [&str; 4] = ["running", "pending", "stopping", "stopped"];

/// What the last character of an instance's id may be.
const LAST_CHARACTERS: &str = "0123456789abcdef";

/// The filter on the ids of instances.
const ID: &str = "instance-id";

/// A filter of the EC2 API: any of the values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Filter {
    /// The name, such as `tag:Role`.
    pub(crate) name: String,
    /// The values; none of them means a filter without values, as the plugin sends it.
    pub(crate) values: Vec<String>,
}

/// One search: all filters must match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sweep {
    filters: Vec<Filter>,
}

impl Sweep {
    /// Makes a search; without a filter on the state's name, one is added for machines that are not gone.
    pub(crate) fn new(mut filters: Vec<Filter>) -> Sweep {
        if !filters.iter().any(|filter| filter.name == "instance-state-name") {
            let values = STATES.map(str::to_owned).to_vec();
            filters.push(Filter { name: "instance-state-name".to_owned(), values });
        }
        Sweep { filters }
    }

    /// Returns searches that find together what this one finds, each the instances whose ids end with a character of
    /// its own; none where ids are filtered already.
    pub(crate) fn parts(&self) -> Vec<Part> {
        if self.filters.iter().any(|filter| filter.name == ID) {
            return Vec::new();
        }
        let part = |last: char| {
            let mut filters = self.filters.clone();
            filters.push(Filter { name: ID.to_owned(), values: vec![format!("i-*{last}")] });
            Part { last, sweep: Sweep { filters } }
        };
        LAST_CHARACTERS.chars().map(part).collect()
    }

    /// Returns the filters as the API takes them.
    pub(crate) fn to_api(&self) -> Vec<types::Filter> {
        let filter = |filter: &Filter| {
            types::Filter::builder().name(&filter.name).set_values(Some(filter.values.clone())).build()
        };
        self.filters.iter().map(filter).collect()
    }
}

/// A part of a search.
#[derive(Debug)]
pub(crate) struct Part {
    /// The last character of the ids of its instances.
    pub(crate) last: char,
    /// The search for them.
    pub(crate) sweep: Sweep,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(name: &str, values: &[&str]) -> Filter {
        Filter { name: name.to_owned(), values: values.iter().map(|value| (*value).to_owned()).collect() }
    }

    #[test]
    fn gone_machines_are_left_out_unless_a_filter_names_states() {
        let states = filter("instance-state-name", &STATES);
        let rows = [
            (vec![], vec![states.clone()]),
            (vec![filter("tag:a", &["b"])], vec![filter("tag:a", &["b"]), states.clone()]),
            (
                vec![filter("instance-state-code", &["16"])],
                vec![filter("instance-state-code", &["16"]), states],
            ),
            (vec![filter("instance-state-name", &["x"])], vec![filter("instance-state-name", &["x"])]),
        ];
        for (given, all) in rows {
            assert_eq!(Sweep::new(given).filters, all);
        }
    }
    #[test]
    fn the_parts_of_a_search_are_by_the_last_character_of_the_id() {
        let whole = Sweep::new(vec![filter("tag:a", &["b"])]);
        let parts = whole.parts();
        assert_eq!(parts.len(), 16);
        for Part { last, sweep } in parts {
            let (id, others) = sweep.filters.split_last().unwrap();
            assert_eq!(others, whole.filters);
            assert_eq!(id, &filter("instance-id", &[&format!("i-*{last}")]));
        }
        assert!(Sweep::new(vec![filter("instance-id", &["i-1"])]).parts().is_empty());
    }
}
