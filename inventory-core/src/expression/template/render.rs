//! Renders statements.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use super::super::evaluate::{self, truth};
use super::super::nodes::Node;
use super::super::{Call, Environment, Error, Variables};
use super::super::{operators, result};
use super::Template;
use super::statements::{Statement, Target};
use crate::value::{Callable, Map, Text, Value};

/// How often the loops of one template may go round.
const STEP_LIMIT: usize = 1_000_000;
/// How deep a value in a `namespace` may be nested.
const DEPTH_LIMIT: usize = 100;
/// The name of the text that a block has rendered for its filter: no variable has it.
const CAPTURED: &str = "";

/// Renders a template to the one value that it gives.
pub(super) fn render(
    template: &Template,
    variables: &dyn Variables,
    environment: &Environment,
) -> Result<Value, Error> {
    let scopes = Scopes { outer: variables, inner: RefCell::new(vec![Vec::new()]) };
    let call = Call { environment, variables: &scopes };
    let names_loop = template.source.contains("loop");
    let renderer =
        Renderer { call: &call, scopes: &scopes, names_loop, steps: Cell::new(0), bytes: Cell::new(0) };
    let mut out = Vec::new();
    renderer.all(&template.statements, &mut out)?;
    concatenate(out)
}

/// The variables that statements set, around those of the host.
struct Scopes<'a> {
    outer: &'a dyn Variables,
    inner: RefCell<Vec<Vec<(Text, Value)>>>,
}

impl Variables for Scopes<'_> {
    fn variable(&self, name: &str) -> Option<Value> {
        let inner = self.inner.borrow();
        let found = inner.iter().rev().flat_map(|scope| scope.iter().rev()).find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).or_else(|| self.outer.variable(name))
    }
}

impl Scopes<'_> {
    fn set(&self, name: &Text, value: Value) {
        if let Some(scope) = self.inner.borrow_mut().last_mut() {
            match scope.iter_mut().find(|(known, _)| known == name) {
                Some((_, old)) => *old = value,
                None => scope.push((name.clone(), value)),
            }
        }
    }

    fn set_attribute(&self, name: &Text, attribute: &Text, value: Value) -> Result<(), Error> {
        if depth(&value) > DEPTH_LIMIT {
            return Err(Error::new(format!("the value of `{name}.{attribute}` is nested too deeply")));
        }
        let mut inner = self.inner.borrow_mut();
        let scopes = inner.iter_mut().rev();
        let found = scopes.flat_map(|scope| scope.iter_mut()).find(|(known, _)| known == name);
        match found {
            Some((_, Value::Map(map))) => {
                Arc::make_mut(map).insert(attribute.clone(), value);
                operators::check_value(&Value::Map(Arc::clone(map)))
            }
            _ => Err(Error::new(format!("`{name}` is not a `namespace`, so its attributes cannot be set"))),
        }
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::List(items) | Value::Tuple(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Map(map) => 1 + map.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

struct Renderer<'a> {
    call: &'a Call<'a>,
    scopes: &'a Scopes<'a>,
    /// Whether the template may use the variable `loop`, which is dear to make.
    names_loop: bool,
    steps: Cell<usize>,
    bytes: Cell<usize>,
}

impl Renderer<'_> {
    fn all(&self, statements: &[Statement], out: &mut Vec<Value>) -> Result<(), Error> {
        statements.iter().try_for_each(|statement| self.statement(statement, out))
    }

    fn statement(&self, statement: &Statement, out: &mut Vec<Value>) -> Result<(), Error> {
        match statement {
            Statement::Text(text) => self.push(text.clone(), out)?,
            Statement::Output(node) => {
                let value = self.evaluate(node)?;
                self.push(value, out)?;
            }
            Statement::If { test, then, otherwise } => {
                let holds = truth(&self.evaluate(test)?).map_err(|error| error.at(test.place.clone()))?;
                self.all(if holds { then } else { otherwise }, out)?;
            }
            Statement::For { target, items, condition, body, otherwise } => {
                let items = self.loop_items(target, items, condition.as_ref())?;
                if items.is_empty() {
                    self.scoped(|| self.all(otherwise, out))?;
                }
                self.repeat(target, &items, body, out)?;
            }
            Statement::Set { target, value } => self.assign(target, self.evaluate(value)?)?,
            Statement::SetBlock { target, filter, body } => {
                let text = self.capture(body)?;
                self.assign(target, self.filtered(filter.as_ref(), text)?)?;
            }
            Statement::With { assignments, body } => {
                let values: Vec<Value> =
                    assignments.iter().map(|(_, value)| self.evaluate(value)).collect::<Result<_, _>>()?;
                self.scoped(|| {
                    let targets = assignments.iter().map(|(target, _)| target);
                    targets.zip(values).try_for_each(|(target, value)| self.assign(target, value))?;
                    self.all(body, out)
                })?;
            }
            Statement::Filter { filter, body } => {
                let text = self.capture(body)?;
                self.push(self.filtered(Some(filter), text)?, out)?;
            }
        }
        Ok(())
    }

    fn evaluate(&self, node: &Node) -> Result<Value, Error> {
        evaluate::evaluate(self.call, node)
    }

    fn push(&self, value: Value, out: &mut Vec<Value>) -> Result<(), Error> {
        if let Value::Text(text) = &value {
            self.bytes.set(self.bytes.get() + text.len());
            operators::check_size(self.bytes.get())?;
        }
        if !matches!(value, Value::Null) {
            out.push(value);
        }
        Ok(())
    }

    fn scoped<T>(&self, action: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        self.scopes.inner.borrow_mut().push(Vec::new());
        let outcome = action();
        self.scopes.inner.borrow_mut().pop();
        outcome
    }

    fn capture(&self, body: &[Statement]) -> Result<Value, Error> {
        let mut out = Vec::new();
        self.scoped(|| self.all(body, &mut out))?;
        concatenate(out)
    }

    fn filtered(&self, filter: Option<&Node>, text: Value) -> Result<Value, Error> {
        let Some(filter) = filter else { return Ok(text) };
        self.scoped(|| {
            self.scopes.set(&CAPTURED.into(), text);
            self.evaluate(filter)
        })
    }

    fn assign(&self, target: &Target, value: Value) -> Result<(), Error> {
        match target {
            Target::Name(name) => self.scopes.set(name, value),
            Target::Attribute(name, attribute) => self.scopes.set_attribute(name, attribute, value)?,
            Target::Several(targets) => {
                let values = operators::items(&value)?;
                if values.len() != targets.len() {
                    let (wanted, given) = (targets.len(), values.len());
                    return Err(Error::new(format!("{given} values cannot be assigned to {wanted} names")));
                }
                targets.iter().zip(values).try_for_each(|(target, value)| self.assign(target, value))?;
            }
        }
        Ok(())
    }

    /// Returns the items that a loop goes over: those for which its `if` holds.
    fn loop_items(
        &self,
        target: &Target,
        items: &Node,
        condition: Option<&Node>,
    ) -> Result<Vec<Value>, Error> {
        let all = operators::items(&self.evaluate(items)?).map_err(|error| error.at(items.place.clone()))?;
        let Some(condition) = condition else { return Ok(all) };
        let mut kept = Vec::new();
        for item in all {
            self.step()?;
            let holds = self.scoped(|| {
                self.assign(target, item.clone())?;
                truth(&self.evaluate(condition)?).map_err(|error| error.at(condition.place.clone()))
            })?;
            if holds {
                kept.push(item);
            }
        }
        Ok(kept)
    }

    fn repeat(
        &self,
        target: &Target,
        items: &[Value],
        body: &[Statement],
        out: &mut Vec<Value>,
    ) -> Result<(), Error> {
        let outer = self.call.variables.variable("loop");
        let depth = outer.as_ref().and_then(Value::as_map).and_then(|outer| outer.get("depth").cloned());
        let depth = if let Some(Value::Int(depth)) = depth { depth + 1 } else { 1 };
        for (place, item) in items.iter().enumerate() {
            self.step()?;
            self.scoped(|| {
                if self.names_loop {
                    self.scopes.set(&"loop".into(), loop_variable(items, place, depth));
                }
                self.assign(target, item.clone())?;
                self.all(body, out)
            })?;
        }
        Ok(())
    }

    fn step(&self) -> Result<(), Error> {
        self.steps.set(self.steps.get() + 1);
        if self.steps.get() <= STEP_LIMIT {
            return Ok(());
        }
        Err(Error::new(format!("the loops of the template go round more than {STEP_LIMIT} times")))
    }
}

/// Makes the variable `loop`.
fn loop_variable(items: &[Value], place: usize, depth: i64) -> Value {
    let neighbour = |place: Option<usize>, words: &str| {
        let item = place.and_then(|place| items.get(place)).cloned();
        item.unwrap_or_else(|| Value::Undefined(words.into()))
    };
    let method =
        |name: &'static str| Value::Callable(Arc::new(Callable { receiver: None, name: name.into() }));
    let left = items.len() - place;
    let mut map = Map::with_capacity(13);
    map.push("index", place + 1);
    map.push("index0", place);
    map.push("revindex", left);
    map.push("revindex0", left - 1);
    map.push("first", place == 0);
    map.push("last", left == 1);
    map.push("length", items.len());
    map.push("previtem", neighbour(place.checked_sub(1), "there is no previous item"));
    map.push("nextitem", neighbour(Some(place + 1), "there is no next item"));
    map.push("depth", depth);
    map.push("depth0", depth - 1);
    map.push("cycle", method("loop.cycle"));
    map.push("changed", method("loop.changed"));
    map.into()
}

/// Makes one value of all that a template gives.
fn concatenate(mut out: Vec<Value>) -> Result<Value, Error> {
    use std::fmt::Write;
    if out.len() <= 1 {
        return Ok(out.pop().unwrap_or_default());
    }
    let mut text = String::new();
    for value in out.into_iter().filter(|value| !matches!(value, Value::Omit)) {
        match value {
            Value::Text(piece) => text.push_str(&piece),
            // What cannot be stored in a variable can still be printed.
            Value::Range(_) | Value::Callable(_) | Value::Duration(_) => drop(write!(text, "{value}")),
            value if evaluate::is_lenient(&value) => {}
            value => drop(write!(text, "{}", result::finalize(value)?)),
        }
        operators::check_size(text.len())?;
    }
    Ok(Value::from(text))
}
