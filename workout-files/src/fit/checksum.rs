//! The checksum of FIT: CRC-16 with the reflected polynomial 0xA001.

/// `TABLES[k][b]`: what byte `b` adds when `k` more bytes follow it.
static TABLES: [[u16; 256]; 8] = tables();

const fn tables() -> [[u16; 256]; 8] {
    let mut tables = [[0; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u16;
        let mut bit = 0;
        while bit < 8 {
            crc = (crc >> 1) ^ if crc & 1 == 1 { 0xA001 } else { 0 };
            bit += 1;
        }
        tables[0][byte] = crc;
        byte += 1;
    }
    let mut level = 1;
    while level < 8 {
        let mut byte = 0;
        while byte < 256 {
            let before = tables[level - 1][byte];
            tables[level][byte] = (before >> 8) ^ tables[0][(before & 0xFF) as usize];
            byte += 1;
        }
        level += 1;
    }
    tables
}

/// The checksum of `bytes`, eight at a time.
pub(super) fn of(bytes: &[u8]) -> u16 {
    let (chunks, rest) = bytes.as_chunks::<8>();
    let crc = chunks.iter().fold(0, |crc: u16, chunk| {
        let [low, high] = crc.to_le_bytes();
        let first =
            TABLES[7][usize::from(chunk[0] ^ low)] ^ TABLES[6][usize::from(chunk[1] ^ high)];
        chunk[2..]
            .iter()
            .enumerate()
            .fold(first, |crc, (index, &byte)| {
                crc ^ TABLES[5 - index][usize::from(byte)]
            })
    });
    rest.iter().fold(crc, |crc, &byte| {
        (crc >> 8) ^ TABLES[0][usize::from((crc as u8) ^ byte)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bit_by_bit(bytes: &[u8]) -> u16 {
        bytes.iter().fold(0, |crc, &byte| {
            (0..8).fold(crc ^ u16::from(byte), |crc, _| {
                (crc >> 1) ^ if crc & 1 == 1 { 0xA001 } else { 0 }
            })
        })
    }

    #[test]
    fn tables_agree_with_the_definition() {
        let bytes: Vec<u8> = (0..1000_u32).map(|n| ((n * 7919) >> 3) as u8).collect();
        for length in (0..40).chain([999, 1000]) {
            assert_eq!(
                of(&bytes[..length]),
                bit_by_bit(&bytes[..length]),
                "{length}"
            );
        }
        // The check value of CRC-16/ARC.
        assert_eq!(of(b"123456789"), 0xBB3D);
    }
}
