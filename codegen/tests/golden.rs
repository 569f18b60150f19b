//! Small models, and what is generated from them: a folder per case. `BLESS=1` writes what is generated today. All of it
//! compiles with warnings denied.

mod support;

use std::path::Path;

#[test]
fn generated_code_is_what_it_was() {
    let mut wrong = Vec::new();
    for case in support::cases("golden") {
        let (generator, folder) = (support::generator(&case), case.join("expected"));
        if support::bless() {
            generator.write(&folder).unwrap_or_else(|error| panic!("{}: {error}", case.display()));
        }
        wrong.extend(generator.check(&folder).err().map(|error| format!("{}: {error}", case.display())));
    }
    assert!(wrong.is_empty(), "{}\nBLESS=1 writes it", wrong.join("\n"));
}

#[test]
fn generated_code_compiles_without_a_warning() {
    let name = |case: &Path| case.file_name().expect("a name").to_string_lossy().into_owned();
    let crates: Vec<_> = support::cases("golden").iter().map(|case| (name(case), support::generator(case))).collect();
    support::check_crates("golden", &crates).unwrap_or_else(|error| panic!("{error}"));
}
