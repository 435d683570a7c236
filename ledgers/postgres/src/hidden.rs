//! Parameters that the driver can't log.

use std::error::Error;
use std::fmt;

use bytes::BytesMut;
use tokio_postgres::types::{Format, IsNull, ToSql, Type, to_sql_checked};

/// A statement's parameter whose `Debug` shows nothing.
///
/// The driver logs the parameters of every statement at debug level. A document holds time and place of a workout, so every
/// parameter of this crate goes in here, whichever logger the program installs.
pub(crate) struct Hidden<T>(pub(crate) T);

impl<T> fmt::Debug for Hidden<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(not shown)")
    }
}

impl<T: ToSql> ToSql for Hidden<T> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        self.0.to_sql(ty, out)
    }

    fn accepts(ty: &Type) -> bool {
        T::accepts(ty)
    }

    fn encode_format(&self, ty: &Type) -> Format {
        self.0.encode_format(ty)
    }

    to_sql_checked!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_of_a_parameter_shows_nothing() {
        let parameters: [&(dyn ToSql + Sync); 2] = [&Hidden("canary"), &Hidden(7_i64)];
        assert_eq!(format!("{parameters:?}"), "[(not shown), (not shown)]");
    }
}
