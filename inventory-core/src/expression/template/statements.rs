//! From what `minijinja` has parsed to statements.

use minijinja::machinery::{self, ast};

use super::super::compile::{self, Compiler};
use super::super::literal::Reading;
use super::super::nodes::Node;
use super::super::{Error, Escapes};
use super::{OVERRIDE, Template};
use crate::value::{Text, Value};

/// What a part of a template does.
#[derive(Debug)]
pub(super) enum Statement {
    Text(Value),
    Output(Node),
    If {
        test: Node,
        then: Vec<Statement>,
        otherwise: Vec<Statement>,
    },
    For {
        target: Target,
        items: Node,
        condition: Option<Node>,
        body: Vec<Statement>,
        otherwise: Vec<Statement>,
    },
    Set {
        target: Target,
        value: Node,
    },
    SetBlock {
        target: Target,
        filter: Option<Node>,
        body: Vec<Statement>,
    },
    With {
        assignments: Vec<(Target, Node)>,
        body: Vec<Statement>,
    },
    Filter {
        filter: Node,
        body: Vec<Statement>,
    },
}

/// What a value is assigned to.
#[derive(Debug)]
pub(super) enum Target {
    Name(Text),
    /// An attribute of a `namespace`.
    Attribute(Text, Text),
    Several(Vec<Target>),
}

/// Compiles a template.
pub(super) fn parse(source: &str, escapes: Escapes) -> Result<Vec<Statement>, Error> {
    if !Template::is_template(source) {
        return Ok(vec![Statement::Text(Value::from(source))]);
    }
    if source.starts_with(OVERRIDE) {
        return Err(Error::unsupported(format!("`{OVERRIDE}` is not supported")).at(0..OVERRIDE.len()));
    }
    let prepared = compile::prepare(source, false)?;
    let parsed = machinery::parse(&prepared.text, "template", compile::syntax());
    let parsed = parsed.map_err(|error| explain_statement(compile::syntax_error(&error, source)))?;
    let mut parser =
        Parser { source, escapes, compiler: Compiler::new(source, &prepared, Reading::Escaped(escapes)) };
    match &parsed {
        ast::Stmt::Template(template) => parser.all(&template.children),
        other => parser.statement(other).map(|statement| statement.into_iter().collect()),
    }
}

/// Says of statements that Jinja knows, but one text has no use for, that they are not supported.
fn explain_statement(error: Error) -> Error {
    let known = ["macro", "call", "include", "import", "from", "extends", "block"];
    let words = error.to_string();
    let name = words.strip_prefix("unknown statement ").filter(|name| known.contains(name));
    match (name, error.place()) {
        (None, _) => error,
        (Some(name), place) => {
            let made = Error::unsupported(format!("the statement `{name}` is not supported in an inventory"));
            place.into_iter().fold(made, Error::at)
        }
    }
}

struct Parser<'s> {
    source: &'s str,
    escapes: Escapes,
    compiler: Compiler<'s>,
}

impl Parser<'_> {
    fn all(&mut self, parsed: &[ast::Stmt<'_>]) -> Result<Vec<Statement>, Error> {
        let mut statements = Vec::with_capacity(parsed.len());
        for part in parsed {
            match part {
                // Nothing is escaped in an inventory.
                ast::Stmt::AutoEscape(block) => statements.extend(self.all(&block.body)?),
                part => statements.extend(self.statement(part)?),
            }
        }
        Ok(statements)
    }

    /// Compiles one statement; none for an empty text.
    fn statement(&mut self, parsed: &ast::Stmt<'_>) -> Result<Option<Statement>, Error> {
        Ok(Some(match parsed {
            ast::Stmt::EmitRaw(raw) => {
                let span = raw.span();
                let text = self.text(span.start_offset as usize, span.end_offset as usize);
                return Ok((!text.is_empty()).then(|| Statement::Text(Value::from(text))));
            }
            ast::Stmt::EmitExpr(output) => {
                self.compiler.reading = Reading::Raw;
                let node = self.compiler.compile(&output.expr);
                self.compiler.reading = Reading::Escaped(self.escapes);
                Statement::Output(node?)
            }
            ast::Stmt::IfCond(condition) => Statement::If {
                test: self.compiler.compile(&condition.expr)?,
                then: self.all(&condition.true_body)?,
                otherwise: self.all(&condition.false_body)?,
            },
            ast::Stmt::ForLoop(block) => Statement::For {
                target: self.target(&block.target)?,
                items: self.compiler.compile(&block.iter)?,
                condition: block.filter_expr.as_ref().map(|part| self.compiler.compile(part)).transpose()?,
                body: self.all(&block.body)?,
                otherwise: self.all(&block.else_body)?,
            },
            ast::Stmt::Set(set) => {
                Statement::Set { target: self.target(&set.target)?, value: self.compiler.compile(&set.expr)? }
            }
            ast::Stmt::SetBlock(set) => Statement::SetBlock {
                target: self.target(&set.target)?,
                filter: set.filter.as_ref().map(|part| self.compiler.compile(part)).transpose()?,
                body: self.all(&set.body)?,
            },
            ast::Stmt::WithBlock(block) => {
                let assignments = block.assignments.iter();
                let assignments = assignments
                    .map(|(target, value)| Ok((self.target(target)?, self.compiler.compile(value)?)));
                Statement::With {
                    assignments: assignments.collect::<Result<_, Error>>()?,
                    body: self.all(&block.body)?,
                }
            }
            ast::Stmt::FilterBlock(block) => Statement::Filter {
                filter: self.compiler.compile(&block.filter)?,
                body: self.all(&block.body)?,
            },
            ast::Stmt::Do(_) => return Err(Error::syntax("unknown statement do")),
            ast::Stmt::Template(_) | ast::Stmt::AutoEscape(_) => {
                return Err(Error::syntax("the statement is not supported here"));
            }
        }))
    }

    /// Returns the text between two places, with the newline behind `{% raw %}` that only minijinja drops.
    fn text(&self, start: usize, end: usize) -> String {
        let before = self.source.get(..start).unwrap_or_default();
        let tag = before.strip_suffix('\n').map(|before| before.strip_suffix('\r').unwrap_or(before));
        let tag = tag.and_then(|before| before.strip_suffix("%}"));
        let tag = tag.and_then(|before| before.rsplit_once("{%")).map(|(_, tag)| tag);
        let is_raw = tag.is_some_and(|tag| tag.trim_start_matches(['-', '+']).trim() == "raw");
        let text = self.source.get(start..end).unwrap_or_default();
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        if is_raw { format!("\n{text}") } else { text }
    }

    fn target(&self, parsed: &ast::Expr<'_>) -> Result<Target, Error> {
        match parsed {
            ast::Expr::Var(variable) => Ok(Target::Name(variable.id.into())),
            ast::Expr::GetAttr(lookup) => match &lookup.expr {
                ast::Expr::Var(variable) => Ok(Target::Attribute(variable.id.into(), lookup.name.into())),
                _ => Err(Error::syntax("only an attribute of a `namespace` can be set")),
            },
            ast::Expr::List(list) => {
                list.items.iter().map(|part| self.target(part)).collect::<Result<_, _>>().map(Target::Several)
            }
            _ => Err(Error::syntax("a value cannot be assigned to this")),
        }
    }
}
