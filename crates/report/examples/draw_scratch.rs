//! scratch
fn main() {
    for f in std::env::args().skip(1) {
        let _ = report::render(std::path::Path::new(&f)).map_err(|e| panic!("{e}"));
    }
}
