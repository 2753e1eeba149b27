//! The places where a key may have begun, which only the `:` behind it decides.

use super::super::cursor::Cursor;
use super::{Scanned, Scanner};
use crate::diagnostic::Diagnostic;

/// A place where a key may have begun.
#[derive(Debug)]
pub(super) struct PossibleKey {
    /// In block context at the indentation of the mapping nothing but a key can stand.
    pub(super) is_required: bool,
    pub(super) token_number: usize,
    pub(super) offset: usize,
    pub(super) index: usize,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// A key that is not marked with `?` is on one line and not longer than this.
const KEY_LENGTH_LIMIT: usize = 1024;

impl Scanner<'_> {
    /// Forgets the places of keys that would be too long or on several lines.
    pub(super) fn drop_stale_keys(&mut self) -> Scanned {
        let (line, index) = (self.cursor.line, self.cursor.index);
        for slot in &mut self.possible_keys {
            let Some(key) = slot.take_if(|key| key.line < line || key.index + KEY_LENGTH_LIMIT < index)
            else {
                continue;
            };
            if key.is_required {
                return Err(missing_colon(&self.cursor, &key));
            }
        }
        Ok(())
    }

    /// Notes that a key may begin here.
    pub(super) fn save_key(&mut self) -> Scanned {
        if !self.is_key_allowed {
            return Ok(());
        }
        self.drop_key()?;
        let is_required =
            !self.is_in_flow() && self.indent == isize::try_from(self.cursor.column).unwrap_or(isize::MAX);
        let key = PossibleKey {
            is_required,
            token_number: self.tokens_taken + self.tokens.len(),
            offset: self.cursor.offset,
            index: self.cursor.index,
            line: self.cursor.line,
            column: self.cursor.column,
        };
        if let Some(slot) = self.possible_keys.last_mut() {
            *slot = Some(key);
        }
        Ok(())
    }

    pub(super) fn drop_key(&mut self) -> Scanned {
        match self.possible_keys.last_mut().and_then(Option::take) {
            Some(key) if key.is_required => Err(missing_colon(&self.cursor, &key)),
            _ => Ok(()),
        }
    }
}

fn missing_colon(cursor: &Cursor<'_>, key: &PossibleKey) -> Diagnostic {
    let end = key.offset + cursor.line_from(key.offset).len();
    cursor.error(key.offset..end, "a `:` is missing after a key", "`key: value`")
}
