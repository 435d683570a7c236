//! A person's session with a website: cookies, pacing, read retries and the question whether a request could have been sent.
