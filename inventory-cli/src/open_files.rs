//! The limit on files that are open, of which each connection is one.

use rustix::process::{Resource, getrlimit, setrlimit};

/// More than any run has use for; some systems refuse what is beyond 10,240.
const ENOUGH: u64 = 8192;

/// Raises the limit as far as the system lets the user: where it stands at first, often 256 or 1,024, a large
/// organisation runs into it.
pub(crate) fn raise_limit() {
    let mut limit = getrlimit(Resource::Nofile);
    let most = limit.maximum.map_or(ENOUGH, |maximum| maximum.min(ENOUGH));
    if limit.current.is_some_and(|current| current < most) {
        limit.current = Some(most);
        // What cannot be raised stays as it is: the system then says which connection failed.
        let _ = setrlimit(Resource::Nofile, limit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_as_high_as_the_user_may_have_it() {
        raise_limit();
        let limit = getrlimit(Resource::Nofile);
        let most = limit.maximum.map_or(ENOUGH, |maximum| maximum.min(ENOUGH));
        assert!(limit.current.is_none_or(|current| current >= most), "{limit:?}");
    }
}
