//! Base64 as Python reads it.

/// Decodes text. Characters outside the alphabet are skipped, padding that completes a group ends
/// the text, and excess bits are ignored. `None` if the text ends within a group.
pub fn lenient(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    // The last digit; the number of digits in the current group of four; the number of padding
    // characters after them.
    let mut left = 0;
    let mut digits = 0;
    let mut padding = 0;
    for byte in text.bytes() {
        if byte == b'=' && digits >= 2 {
            padding += 1;
            if digits + padding >= 4 {
                return Some(bytes);
            }
        }
        let Some(digit) = digit(byte) else { continue };
        padding = 0;
        match digits {
            0 => {}
            1 => bytes.push(left << 2 | digit >> 4),
            2 => bytes.push(left << 4 | digit >> 2),
            _ => bytes.push(left << 6 | digit),
        }
        left = digit;
        digits = (digits + 1) % 4;
    }
    (digits == 0).then_some(bytes)
}

fn digit(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::lenient;

    #[test]
    fn base64_as_python_reads_it() {
        for text in [
            "aGVsbG8=",
            "aGVsbG8==",
            "aGVsbG8=x",
            "aGVs=bG8=",
            "a=GVsbG8=",
            "aG=VsbG8=",
            "aGVsbG=8=",
            "aGVsbG8=aGVs",
            " aGVs\nbG8 =",
            "aGVsbG9=",
        ] {
            assert_eq!(lenient(text).as_deref(), Some(&b"hello"[..]), "{text}");
        }
        for (text, expected) in [
            ("", &b""[..]),
            ("!!!", b""),
            ("aG==", b"h"),
            ("aGVsbA==xx", b"hell"),
            ("aGVs====", b"hel"),
            ("+/+/", b"\xfb\xff\xbf"),
        ] {
            assert_eq!(lenient(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["a", "aG", "aG=", "aGVsbG8", "aGVsb==="] {
            assert_eq!(lenient(text), None, "{text}");
        }
    }
}
