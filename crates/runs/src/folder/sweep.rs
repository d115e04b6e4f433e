//! What killed processes were writing in the folder of a run.

use crate::names::is_of_a_run;
use report::{layout, remove_abandoned};
use std::fs;
use std::path::Path;

/// How deep files are that a run writes: `features/<block>/<role>/<file>`.
const DEPTH: usize = 3;

/// Removes temporary files of processes that are gone, where a run writes: its store, and the folders that it makes.
/// Those of living processes stay, and so does everything in folders that no run makes.
pub(crate) fn sweep(folder: &Path, store: &Path) {
    let own = |name: &str| {
        [layout::MANIFEST, layout::BEGUN, layout::AUDIT, layout::PAGE_AUDIT].contains(&name) || is_of_a_run(name)
    };
    remove_abandoned(folder, own);
    for made in ["tables", "figures", "activations", "features", layout::PAGE, layout::THUMBNAILS, layout::EXPLANATIONS]
    {
        below(&folder.join(made), made, DEPTH, &|name| own(name) || name.starts_with(layout::EXPLANATIONS));
    }
    // `<two digits>/<address>`, and `scans/<journal>`.
    below(store, "", 1, &|name| name.split('/').next_back().is_some_and(|last| last.len() == 64));
}

/// Of a folder, by the name that it has below the run's, and of those below it down to some depth.
fn below(folder: &Path, name: &str, depth: usize, own: &dyn Fn(&str) -> bool) {
    remove_abandoned(folder, |file| own(&format!("{name}/{file}")));
    if depth == 0 {
        return;
    }
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        // A link may lead anywhere.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            let last = entry.file_name();
            below(&entry.path(), &format!("{name}/{}", last.to_string_lossy()), depth - 1, own);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, SystemTime};

    #[test]
    fn what_was_being_written_is_removed_wherever_a_run_writes_and_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        let address = "0".repeat(64);
        // Of earlier versions, so that none has to be killed: left alone for two days.
        let ours = [
            ".manifest.json.aB3xYz.tmp".to_owned(),
            ".index.html.12-3.tmp".to_owned(),
            "tables/.claims.md.4711-2.tmp".to_owned(),
            "features/1.1/input/.3.png.aB3xYz.tmp".to_owned(),
            "explain/.1.1_3.html.aB3xYz.tmp".to_owned(),
            format!("store/00/.{address}.aB3xYz.tmp"),
        ];
        let others = ["mine/.claims.md.4711-2.tmp", "tables/.notes.aB3xYz.tmp", "store/a/b/.c.aB3xYz.tmp"];
        for name in ours.iter().map(String::as_str).chain(others) {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "").unwrap();
            let then = SystemTime::now() - Duration::from_secs(48 * 3600);
            let file = fs::File::options().write(true).open(&path).unwrap();
            file.set_times(fs::FileTimes::new().set_modified(then)).unwrap();
        }
        sweep(folder.path(), &folder.path().join("store"));
        assert!(ours.iter().all(|name| !folder.path().join(name).exists()));
        assert!(others.iter().all(|name| folder.path().join(name).exists()));
    }
}
