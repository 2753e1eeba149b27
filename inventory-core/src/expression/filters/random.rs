//! `random` and `shuffle` with a seed, giving what Python's `random.Random(seed)` gives.
//!
//! Without a seed they are refused: an inventory must not change from run to run.

use num_bigint::{BigInt, BigUint};
use num_traits::{Signed, ToPrimitive, Zero};
use sha2::{Digest, Sha512};

use super::super::attribute::get_item;
use super::super::{Arguments, Call, Error};
use super::Table;
use super::inputs::{given, integer, items, undefined};
use crate::value::Value;

pub(super) const FILTERS: Table = &[("random", random), ("shuffle", shuffle)];

fn random(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [start, step, seed] = arguments.bind("random", ["start", "step", "seed"], 0)?;
    let mut generator = Generator::seeded("random", &given(seed).ok_or_else(|| unseeded("random"))?)?;
    let [start, step] = [start, step].map(|bound| bound.filter(Value::is_true));
    if let Some(end) = input.as_big_int() {
        let start = start.map_or(Ok(0), |start| integer(&start))?;
        let step = step.map_or(Ok(1), |step| integer(&step))?;
        // The items are `start + step * n` before `end`.
        let distance = if step > 0 { end - start } else { start - end };
        if !distance.is_positive() {
            return Err(Error::new(format!("there is no number from {start} to {input} by {step}")));
        }
        let step_size = step.unsigned_abs();
        let count = (distance.magnitude() + step_size - 1_u8) / step_size;
        let offset = BigInt::from(generator.below(&count)) * step;
        return Ok(Value::from_big_int(offset + start));
    }
    let length = match &input {
        Value::List(items) | Value::Tuple(items) => items.len(),
        Value::Text(text) => text.chars().count(),
        Value::Range(range) => range.len(),
        _ => {
            let found = input.type_name();
            return Err(Error::new(format!("`random` needs a sequence or an `int`, not `{found}`")));
        }
    };
    if start.is_some() || step.is_some() {
        return Err(Error::new("`random` takes `start` and `step` only for an `int`"));
    }
    if length == 0 {
        return Err(Error::new("`random` cannot choose from an empty sequence"));
    }
    let item = get_item(&input, &generator.below_size(length).into())?;
    if item.is_undefined() { Err(undefined(&item)) } else { Ok(item) }
}

fn shuffle(_: &Call<'_>, input: Value, arguments: Arguments) -> Result<Value, Error> {
    let [seed] = arguments.bind("shuffle", ["seed"], 0)?;
    let seed = seed.filter(Value::is_true).ok_or_else(|| unseeded("shuffle"))?;
    // What cannot be iterated over passes unchanged.
    let Ok(mut items) = items(&input) else { return Ok(input) };
    // So does the order with a seed that Python does not take.
    let Ok(mut generator) = Generator::seeded("shuffle", &seed) else { return Ok(items.into()) };
    for place in (1..items.len()).rev() {
        let other = generator.below_size(place + 1);
        items.swap(place, other);
    }
    Ok(items.into())
}

fn unseeded(filter: &str) -> Error {
    Error::new(format!(
        "`{filter}` needs a `seed` that is the same in every run, such as `seed=inventory_hostname`: \
         else the inventory would change each time"
    ))
}

const SIZE: usize = 624;
const SHIFT: usize = 397;

/// The Mersenne Twister MT19937 as Python seeds and reads it.
struct Generator {
    state: Vec<u32>,
    next: usize,
}

impl Generator {
    /// Seeds like `random.Random(seed)`: a text by its bytes and their SHA-512, an `int` by its magnitude.
    fn seeded(filter: &str, seed: &Value) -> Result<Generator, Error> {
        let number = match (seed, seed.as_big_int()) {
            (_, Some(number)) => number.magnitude().clone(),
            (Value::Text(text), _) => {
                let mut bytes = text.as_bytes().to_vec();
                bytes.extend_from_slice(&Sha512::digest(text.as_bytes()));
                BigUint::from_bytes_be(&bytes)
            }
            (Value::Float(number), _) => BigUint::from(hash_float(*number)),
            _ => {
                let found = seed.type_name();
                return Err(Error::new(format!(
                    "the seed of `{filter}` must be `str` or `int`, not `{found}`"
                )));
            }
        };
        let mut key = number.to_u32_digits();
        if key.is_empty() {
            key.push(0);
        }
        Ok(Generator::from_key(&key))
    }

    /// Initializes the state from a plain number.
    fn from_number(seed: u32) -> Generator {
        let mut state = Vec::with_capacity(SIZE);
        let mut word = seed;
        state.push(word);
        for place in 1..624_u32 {
            word = 1_812_433_253_u32.wrapping_mul(word ^ (word >> 30)).wrapping_add(place);
            state.push(word);
        }
        Generator { state, next: SIZE }
    }

    /// Initializes the state from any number of words.
    fn from_key(key: &[u32]) -> Generator {
        let mut generator = Generator::from_number(19_650_218);
        let mut place = 1;
        let words = (0_u32..).zip(key).map(|(index, word)| word.wrapping_add(index));
        for added in words.collect::<Vec<_>>().iter().cycle().take(SIZE.max(key.len())) {
            generator.mix(place, 1_664_525, |mixed| mixed.wrapping_add(*added));
            place = generator.advance(place);
        }
        for _ in 1..SIZE {
            let index = u32::try_from(place).unwrap_or(0);
            generator.mix(place, 1_566_083_941, |mixed| mixed.wrapping_sub(index));
            place = generator.advance(place);
        }
        generator.set(0, 0x8000_0000);
        generator
    }

    fn get(&self, place: usize) -> u32 {
        self.state.get(place).copied().unwrap_or(0)
    }

    fn set(&mut self, place: usize, word: u32) {
        if let Some(slot) = self.state.get_mut(place) {
            *slot = word;
        }
    }

    fn mix(&mut self, place: usize, factor: u32, add: impl Fn(u32) -> u32) {
        let before = self.get(place - 1);
        let mixed = self.get(place) ^ (before ^ (before >> 30)).wrapping_mul(factor);
        self.set(place, add(mixed));
    }

    fn advance(&mut self, place: usize) -> usize {
        if place + 1 < SIZE {
            return place + 1;
        }
        self.set(0, self.get(SIZE - 1));
        1
    }

    fn refill(&mut self) {
        for place in 0..SIZE {
            let joined = (self.get(place) & 0x8000_0000) | (self.get((place + 1) % SIZE) & 0x7fff_ffff);
            let twist = if joined & 1 == 1 { 0x9908_b0df } else { 0 };
            self.set(place, self.get((place + SHIFT) % SIZE) ^ (joined >> 1) ^ twist);
        }
        self.next = 0;
    }

    fn word(&mut self) -> u32 {
        if self.next >= SIZE {
            self.refill();
        }
        let mut word = self.get(self.next);
        self.next += 1;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9d2c_5680;
        word ^= (word << 15) & 0xefc6_0000;
        word ^ (word >> 18)
    }

    /// Returns that many random bits, the lowest word first.
    fn bits(&mut self, count: u64) -> BigUint {
        let mut words = Vec::new();
        let mut left = count;
        while left > 0 {
            let taken = left.min(32);
            let word = self.word();
            words.push(u32::try_from(taken).map_or(word, |taken| word >> (32 - taken)));
            left -= taken;
        }
        BigUint::from_slice(&words)
    }

    /// Returns a number below `limit`, which must not be zero.
    fn below(&mut self, limit: &BigUint) -> BigUint {
        loop {
            let drawn = self.bits(limit.bits());
            if drawn < *limit || limit.is_zero() {
                return drawn;
            }
        }
    }

    fn below_size(&mut self, limit: usize) -> usize {
        self.below(&BigUint::from(limit)).to_usize().unwrap_or(0)
    }
}

/// Returns Python's `hash()` of a `float` as the unsigned number that seeding takes: the value modulo 2^61 - 1.
fn hash_float(number: f64) -> u64 {
    const MODULUS: u64 = (1 << 61) - 1;
    if !number.is_finite() {
        // The hash of infinity; that of NaN differs from run to run in Python.
        return if number > 0.0 { 314_159 } else { 314_159_u64.wrapping_neg() };
    }
    let bits = number.abs().to_bits();
    let exponent = i64::try_from(bits >> 52).unwrap_or(0);
    let fraction = bits & ((1 << 52) - 1);
    let mantissa = if exponent == 0 { fraction } else { fraction | (1 << 52) };
    // The number is mantissa * 2^shift, and 2^61 is 1 modulo the modulus.
    let shift = u32::try_from((exponent.max(1) - 1075).rem_euclid(61)).unwrap_or(0);
    let product = (u128::from(mantissa) << shift) % u128::from(MODULUS);
    let hash = u64::try_from(product).unwrap_or(0);
    if number < 0.0 { if hash == 1 { 2_u64.wrapping_neg() } else { hash.wrapping_neg() } } else { hash }
}

#[cfg(test)]
mod tests;
