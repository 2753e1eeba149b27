//! The arguments of a call and their binding to parameters.

use super::Error;
use crate::value::{Text, Value};

/// Positional and keyword arguments of a filter, test, method or function.
#[derive(Clone, Debug, Default)]
pub struct Arguments {
    /// Arguments without a name, in order.
    pub positional: Vec<Value>,
    /// Arguments with a name, in order.
    pub keyword: Vec<(Text, Value)>,
}

impl Arguments {
    /// Makes positional arguments only.
    pub fn positional(values: impl IntoIterator<Item = Value>) -> Arguments {
        Arguments { positional: values.into_iter().collect(), keyword: Vec::new() }
    }

    /// Binds the arguments to `parameters` in order, as Python does for a function without `*args` and `**kwargs`.
    ///
    /// The first `required` parameters must be given. Fails with Python's `TypeError` messages.
    pub fn bind<const N: usize>(
        self,
        function: &str,
        parameters: [&str; N],
        required: usize,
    ) -> Result<[Option<Value>; N], Error> {
        let given = self.positional.len();
        if given > N {
            return Err(Error::new(format!(
                "`{function}` takes at most {N} arguments, but {given} were given"
            )));
        }
        let mut bound: [Option<Value>; N] = std::array::from_fn(|_| None);
        for (slot, value) in bound.iter_mut().zip(self.positional) {
            *slot = Some(value);
        }
        for (name, value) in self.keyword {
            let place = parameters.iter().position(|parameter| *parameter == name.as_str());
            match place.and_then(|place| bound.get_mut(place)) {
                None => return Err(Error::new(format!("`{function}` has no argument `{name}`"))),
                Some(Some(_)) => return Err(Error::new(format!("`{function}` got argument `{name}` twice"))),
                Some(slot) => *slot = Some(value),
            }
        }
        match bound.iter().zip(parameters).take(required).find(|(value, _)| value.is_none()) {
            Some((_, missing)) => Err(Error::new(format!("`{function}` needs the argument `{missing}`"))),
            None => Ok(bound),
        }
    }

    /// Removes and returns a keyword argument.
    pub fn take_keyword(&mut self, name: &str) -> Option<Value> {
        let place = self.keyword.iter().position(|(keyword, _)| keyword.as_str() == name)?;
        Some(self.keyword.remove(place).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(positional: &[i64], keyword: &[(&str, i64)]) -> Arguments {
        Arguments {
            positional: positional.iter().copied().map(Value::Int).collect(),
            keyword: keyword.iter().map(|(name, value)| ((*name).into(), Value::Int(*value))).collect(),
        }
    }

    #[test]
    fn arguments_bind_by_place_then_by_name() {
        let [a, b, c] = arguments(&[1], &[("c", 3)]).bind("f", ["a", "b", "c"], 1).unwrap();
        assert_eq!((a, b, c), (Some(1.into()), None, Some(3.into())));
    }

    #[test]
    fn wrong_arguments_are_refused() {
        let rows = [
            (arguments(&[1, 2], &[]), "`f` takes at most 1 arguments, but 2 were given"),
            (arguments(&[], &[("b", 1)]), "`f` has no argument `b`"),
            (arguments(&[1], &[("a", 1)]), "`f` got argument `a` twice"),
            (arguments(&[], &[]), "`f` needs the argument `a`"),
        ];
        for (arguments, message) in rows {
            assert_eq!(arguments.bind("f", ["a"], 1).unwrap_err().to_string(), message);
        }
    }
}
