//! Similar names for an unknown word.

/// Up to three names with a ratio of at least 0.8, the most similar first.
pub(crate) fn similar<'a>(given: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let given: Vec<char> = given.chars().collect();
    let mut scored: Vec<(f64, &str)> = names
        .into_iter()
        .map(|name| (ratio(&given, name), name))
        .collect();
    scored.retain(|(ratio, _)| *ratio >= 0.8);
    scored.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(a.1)));
    scored.into_iter().take(3).map(|(_, name)| name).collect()
}

/// The similarity of two texts by Ratcliff and Obershelp: twice the number of common characters,
/// divided by the number of all characters.
fn ratio(given: &[char], name: &str) -> f64 {
    let name: Vec<char> = name.chars().collect();
    match given.len() + name.len() {
        0 => 1.0,
        all => 2.0 * common(given, &name) as f64 / all as f64,
    }
}

/// The number of common characters: those of the longest common block, and those to the left and
/// right of it.
fn common(a: &[char], b: &[char]) -> usize {
    let mut at_a = 0;
    let mut at_b = 0;
    let mut length = 0;
    let mut ending = vec![0; b.len() + 1];
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = 0;
        for (j, y) in b.iter().enumerate() {
            let here = if x == y { diagonal + 1 } else { 0 };
            diagonal = std::mem::replace(&mut ending[j + 1], here);
            if here > length {
                (at_a, at_b, length) = (i + 1 - here, j + 1 - here, here);
            }
        }
    }
    if length == 0 {
        return 0;
    }
    let left = common(&a[..at_a], &b[..at_b]);
    let right = common(&a[at_a + length..], &b[at_b + length..]);
    left + length + right
}

#[cfg(test)]
mod tests {
    use super::similar;

    #[test]
    fn near_names() {
        let names = [
            "put-third-party-job-failure-result",
            "put-third-party-job-success-result",
            "put-job-failure-result",
        ];
        let near_names = similar("put-third-party-job-failure-results", names);
        assert_eq!(
            near_names,
            [
                "put-third-party-job-failure-result",
                "put-third-party-job-success-result"
            ]
        );
        assert!(similar("zz", names).is_empty());
        assert_eq!(
            similar("Put-job-failure-result", names),
            ["put-job-failure-result"]
        );
    }
}
