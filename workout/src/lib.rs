//! A workout and its files: the neutral model, TCX and GPX reading, repair, writing and comparing.
