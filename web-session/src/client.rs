//! What every client of a service has, written once: the settings of its builder, its paths, its way of signing in.

/// The settings of the HTTP session as methods of `$builder`, which has the field `session`
/// ([`SessionBuilder`](crate::SessionBuilder)): for every builder of a client.
///
/// ```
/// struct DiaryBuilder {
///     session: web_session::SessionBuilder,
/// }
///
/// web_session::session_settings!(DiaryBuilder);
///
/// let builder = DiaryBuilder { session: web_session::Session::builder() };
/// let builder = builder.timeout(std::time::Duration::from_secs(60)).no_proxy();
/// # drop(builder);
/// ```
#[macro_export]
macro_rules! session_settings {
    ($builder:ty) => {
        impl $builder {
            /// A header of every request, instead of or in addition to the default ones. [`build`](Self::build) fails when a
            /// header can't carry the value.
            pub fn header(
                mut self,
                name: $crate::header::HeaderName,
                value: impl AsRef<str>,
            ) -> Self {
                self.session = self.session.header(name, value);
                self
            }

            /// Sends every request by this proxy, whatever the environment says. The address may hold a name and a password.
            pub fn proxy(mut self, url: $crate::Url) -> Self {
                self.session = self.session.proxy(url);
                self
            }

            /// Uses no proxy. By default `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` select one.
            pub fn no_proxy(mut self) -> Self {
                self.session = self.session.no_proxy();
                self
            }

            /// Trusts one more authority beside those of the system: its certificate in PEM (one or several) or DER.
            pub fn add_root_certificate(mut self, certificate: impl AsRef<[u8]>) -> Self {
                self.session = self.session.add_root_certificate(certificate);
                self
            }

            /// The time that one request may take.
            pub fn timeout(mut self, limit: ::std::time::Duration) -> Self {
                self.session = self.session.timeout(limit);
                self
            }

            /// The least time between the starts of two requests to one host.
            pub fn pace(mut self, gap: ::std::time::Duration) -> Self {
                self.session = self.session.pace(gap);
                self
            }

            /// How often a read is sent at most; 4 by default. Writes are sent once, whatever this says.
            pub fn read_attempts(mut self, attempts: usize) -> Self {
                self.session = self.session.read_attempts(attempts);
                self
            }

            /// The pause before the first repetition of a read; it doubles each time. 500 ms by default.
            pub fn first_backoff(mut self, pause: ::std::time::Duration) -> Self {
                self.session = self.session.first_backoff(pause);
                self
            }

            /// Called for each place of an answer that the types of this crate don't expect: the first sign of a change.
            pub fn on_observation(
                mut self,
                observer: impl Fn(&$crate::Observation) + Send + Sync + 'static,
            ) -> Self {
                self.session = self.session.on_observation(observer);
                self
            }

            /// Changes settings of the session that have no method here.
            pub fn session_settings(
                mut self,
                change: impl FnOnce($crate::SessionBuilder) -> $crate::SessionBuilder,
            ) -> Self {
                self.session = change(self.session);
                self
            }
        }
    };
}

/// The settings that the builders of all clients with a sign-in share: those of [`session_settings!`](crate::session_settings), and
/// methods for the fields `strategies` (`Vec<Arc<dyn SignIn<$client>>>`) and `endpoints`.
#[macro_export]
macro_rules! client_builder {
    ($builder:ty, $client:ty, $endpoints:ty) => {
        $crate::session_settings!($builder);

        impl $builder {
            /// Adds a way to sign in. The strategies are tried in the order in which they were added, after the saved session and
            /// its renewal.
            pub fn sign_in_with(
                mut self,
                strategy: impl $crate::auth::SignIn<$client> + 'static,
            ) -> Self {
                self.strategies.push(::std::sync::Arc::new(strategy));
                self
            }

            /// Keeps the session in this file (0600). Without a file or store the session ends with the program.
            pub fn session_file(self, path: impl Into<::std::path::PathBuf>) -> Self {
                self.session($crate::FileStore::new(path))
            }

            /// Keeps the session in a store, such as an [`EncryptedStore`](web_session::EncryptedStore) in a database. It is read
            /// before the first request.
            pub fn session(mut self, store: impl $crate::SessionStore + 'static) -> Self {
                self.session = self.session.session_store(store);
                self
            }

            /// Changes paths that the service has moved.
            pub fn endpoints(mut self, change: impl FnOnce(&mut $endpoints)) -> Self {
                change(&mut self.endpoints);
                self
            }

            /// Name and password by HTTP basic authentication, for a proxy or gateway in front of the addresses that are set.
            /// [`build`](Self::build) fails when a header can't carry them.
            pub fn basic_auth(
                mut self,
                name: impl AsRef<str>,
                password: impl Into<$crate::SecretString>,
            ) -> Self {
                self.session = self.session.basic_auth(name, password);
                self
            }

            /// A bearer token, for a proxy or gateway in front of the addresses that are set. [`build`](Self::build) fails when a
            /// header can't carry it.
            pub fn bearer_auth(mut self, token: impl Into<$crate::SecretString>) -> Self {
                self.session = self.session.bearer_auth(token);
                self
            }
        }
    };
}

/// The methods by which every client signs in, for a `$client` that implements [`Account`](crate::auth::Account) and the error
/// type `$error`.
#[macro_export]
macro_rules! client_sign_in {
    ($client:ty, $error:ty) => {
        impl $client {
            /// Signs in by the first way that works (see [`auth`](crate::auth)), and saves the session.
            ///
            /// # Errors
            /// `SignInNeeded` with what each way said; `BadCredentials`, a block or a transport error as soon as one occurs.
            pub async fn sign_in(&self) -> Result<$crate::auth::SignInReport, $error> {
                $crate::auth::sign_in(self).await
            }

            /// Signs in by this strategy alone, whatever session there is, and saves the new one.
            ///
            /// # Errors
            /// Those of the strategy.
            pub async fn sign_in_by(
                &self,
                strategy: &dyn $crate::auth::SignIn<$client>,
            ) -> Result<$crate::auth::SignInReport, $error> {
                $crate::auth::sign_in_by(self, strategy).await
            }

            /// Takes over the cookies of a browser (a `Cookie` header, "Copy as cURL", `cookies.txt`, the JSON of a cookie
            /// extension, a HAR file), proves that they work, and saves them. When they don't, the session is as it was.
            /// Cookies of other sites are left out.
            ///
            /// # Errors
            /// `Import` when the text brings nothing usable, `SignInNeeded` when the service does not accept the cookies.
            pub async fn import_session(&self, text: &str) -> Result<$crate::ImportReport, $error> {
                $crate::auth::import_session(self, text).await
            }

            /// Takes over the cookies of a browser without a request and without saving them. See
            /// [`import_session`](Self::import_session).
            ///
            /// # Errors
            /// `Import` when the text brings nothing usable; the session is as it was then.
            pub fn import_cookies(&self, text: &str) -> Result<$crate::ImportReport, $error> {
                $crate::auth::Account::import_cookies(self, text)
            }

            /// Proves with one request that the session is alive, and renews it when it is not.
            ///
            /// # Errors
            /// `SignInNeeded` when it has ended and no way to sign in works.
            pub async fn check(&self) -> Result<(), $error> {
                $crate::auth::with_renewal(self, || $crate::auth::Account::probe(self)).await
            }

            /// Saves the session to the builder's file or store. Sign-ins and renewals do so by themselves; services also change
            /// cookies with their answers, so do it at the end of a run.
            ///
            /// # Errors
            /// When the file or store cannot be written.
            pub async fn save_session(&self) -> Result<(), $error> {
                let saved = $crate::auth::Account::session(self).jar().save().await;
                Ok(saved.map_err($crate::Error::from)?)
            }

            /// The session underneath: its jar, and requests of any kind.
            #[must_use]
            pub fn session(&self) -> &$crate::Session {
                $crate::auth::Account::session(self)
            }
        }
    };
}

/// The paths of a service as a struct of public fields, with their values as its `Default`.
///
/// ```
/// web_session::endpoints! {
///     /// Paths of the service.
///     pub struct Endpoints {
///         /// The list. Seen 2026-10.
///         list: "/api/list",
///     }
/// }
/// assert_eq!(Endpoints::default().list, "/api/list");
/// ```
#[macro_export]
macro_rules! endpoints {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$doc:meta])* $field:ident: $path:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        $vis struct $name {
            $($(#[$doc])* pub $field: ::std::borrow::Cow<'static, str>,)*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: ::std::borrow::Cow::Borrowed($path),)* }
            }
        }
    };
}
