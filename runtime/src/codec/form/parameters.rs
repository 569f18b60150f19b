//! [`Parameters`]: a form that was written, taken apart.

use super::encode;
use percent_encoding::percent_decode_str;

/// The parameters of a form, encoded, in their order.
#[derive(Debug, Clone)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// The parameters of a form. What is not UTF-8 is none.
    pub(crate) fn of(form: &[u8]) -> Self {
        let form = std::str::from_utf8(form).unwrap_or_default();
        let pairs = form.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        Parameters(
            pairs
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        )
    }

    /// The value of a parameter, whose name needs no encoding; `None` if it is absent or empty.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        let (_, value) = self.0.iter().find(|(found, _)| found == name)?;
        let value = value.replace('+', " ");
        let value = percent_decode_str(&value).decode_utf8_lossy();
        (!value.is_empty()).then(|| value.into_owned())
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|(found, _)| found != name);
    }

    /// Sets a parameter, whose name needs no encoding.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        let mut encoded = String::new();
        encode(&mut encoded, value);
        match self.0.iter_mut().find(|(found, _)| found == name) {
            Some((_, present)) => *present = encoded,
            None => self.0.push((name.to_owned(), encoded)),
        }
    }

    /// The form.
    pub(crate) fn form(&self) -> String {
        let pairs = self.0.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("&")
    }
}

#[cfg(test)]
mod tests {
    use super::Parameters;

    #[test]
    fn parameters_are_read_and_changed() {
        let mut form = Parameters::of(b"Action=A&P=a+b%2Bc%C3%A9&Empty=&Q=1");
        assert_eq!(form.get("P").as_deref(), Some("a b+cé"));
        assert_eq!(form.get("Empty"), None);
        assert_eq!(form.get("R"), None);
        form.remove("Q");
        form.set("P", "x y");
        form.set("R", "http://a/?b=c&d");
        assert_eq!(
            form.form(),
            "Action=A&P=x+y&Empty=&R=http%3A%2F%2Fa%2F%3Fb%3Dc%26d"
        );
    }
}
