//! A placeholder: see the manifest.
