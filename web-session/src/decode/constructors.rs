//! Constructors of response types.

/// Gives `#[non_exhaustive]` response types a constructor, so that tests of what is made of an answer can build one: `new` takes
/// the essential fields, and every other field is empty. Types without essential fields derive `Default` instead.
///
/// ```
/// #[derive(Debug, PartialEq)]
/// #[non_exhaustive]
/// pub struct Night {
///     pub day: u32,
///     pub score: Option<f64>,
/// }
///
/// web_session::response_constructors! {
///     Night { day: u32; score }
/// }
/// assert_eq!(Night::new(7), Night { day: 7, score: None });
/// ```
#[macro_export]
macro_rules! response_constructors {
    ($($type:ident { $($essential:ident: $kind:ty),+; $($other:ident),* })+) => {$(
        impl $type {
            /// One with the essential fields; every other field is empty. For tests of what is made of an answer.
            #[must_use]
            pub fn new($($essential: $kind),+) -> Self {
                Self {
                    $($essential,)+
                    $($other: ::core::default::Default::default(),)*
                }
            }
        }
    )+};
}
