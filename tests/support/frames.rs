// Frames of streams of events, made byte by byte. Included by tests and fuzz targets.

/// A frame with these headers, which are text, and this payload.
#[allow(dead_code, reason = "each test uses a part of it")]
pub(crate) fn frame(headers: &[(&str, &str)], payload: &[u8]) -> Vec<u8> {
    let headers = headers.iter().flat_map(|(name, value)| {
        let mut header = vec![name.len() as u8];
        header.extend(name.as_bytes());
        header.push(7);
        header.extend((value.len() as u16).to_be_bytes());
        header.extend(value.as_bytes());
        header
    });
    framed(&headers.collect::<Vec<_>>(), payload)
}

/// An event.
#[allow(dead_code, reason = "each test uses a part of it")]
pub(crate) fn event(name: &str, payload: &[u8]) -> Vec<u8> {
    frame(
        &[(":message-type", "event"), (":event-type", name)],
        payload,
    )
}

/// An error of the model.
#[allow(dead_code, reason = "each test uses a part of it")]
pub(crate) fn exception(name: &str, payload: &[u8]) -> Vec<u8> {
    let headers = [(":message-type", "exception"), (":exception-type", name)];
    frame(&headers, payload)
}

/// A frame with these bytes as headers, and this payload.
pub(crate) fn framed(headers: &[u8], payload: &[u8]) -> Vec<u8> {
    let all = 12 + headers.len() + payload.len() + 4;
    let mut frame = Vec::new();
    frame.extend((all as u32).to_be_bytes());
    frame.extend((headers.len() as u32).to_be_bytes());
    frame.extend(checksum(&frame));
    frame.extend(headers);
    frame.extend(payload);
    frame.extend(checksum(&frame));
    frame
}

/// CRC-32, a bit at a time.
pub(crate) fn checksum(bytes: &[u8]) -> [u8; 4] {
    let mut sum = !0_u32;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            let polynomial = if sum & 1 == 1 { 0xedb8_8320 } else { 0 };
            sum = (sum >> 1) ^ polynomial;
        }
    }
    (!sum).to_be_bytes()
}
