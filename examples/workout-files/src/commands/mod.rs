//! The commands, one file each.

mod check;
mod compare;
mod convert;
mod deliver;
mod files;
mod repair;
#[cfg(test)]
mod support;

pub(crate) use check::check;
pub(crate) use compare::compare;
pub(crate) use convert::convert;
pub(crate) use repair::{Choices, repair};

#[cfg(all(test, feature = "fit"))]
mod tests {
    use super::support::{folder, lines};
    use super::*;
    use crate::Exit;

    #[test]
    fn fit_is_read_whatever_its_name() {
        let folder = folder();
        let input = folder.path().join("ride.tcx");
        std::fs::write(&input, crate::fit::FitFile::run(20).finish()).unwrap();
        let mut out = Vec::new();
        let files = std::slice::from_ref(&input);
        assert_eq!(check(files, true, &mut out).unwrap(), Exit::Good);
        let report = &lines(&out)[0];
        assert_eq!(report["format"], "fit");
        assert_eq!(report["activities"][0]["trackpoints"], 20);
        let output = folder.path().join("out.tcx");
        assert_eq!(
            convert(&input, &output, true, &mut out).unwrap(),
            Exit::Good
        );
        out.clear();
        assert_eq!(
            compare(&input, &output, None, true, &mut out).unwrap(),
            Exit::Good
        );
        let comparison = &lines(&out)[2]["comparisons"][0];
        assert_eq!(comparison["route"]["max_m"], 0.0);
        assert_eq!(comparison["heart_rate"]["compared"], 20);
        let bytes = std::fs::read(&input).unwrap();
        std::fs::write(&input, &bytes[..bytes.len() - 50]).unwrap();
        out.clear();
        assert_eq!(check(files, true, &mut out).unwrap(), Exit::Unreadable);
        let report = &lines(&out)[0];
        assert_eq!(report["activities"][0]["trackpoints"], 20);
        assert!(report["error"].as_str().unwrap().contains("ends too early"));
    }
}
