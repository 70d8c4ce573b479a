package org.cxredge.core;

import java.math.BigDecimal;
import java.math.BigInteger;

/** An exact number, for DICOM's decimal strings: rounding is left to the last step. */
final class Fraction {
    static final Fraction ONE = new Fraction(BigInteger.ONE, BigInteger.ONE);

    // What a number in a header may have; as a fraction, ten to the power of a billion would fill
    // any memory.
    private static final int MOST_DIGITS = 64, MOST_POWER = 30;

    final BigInteger over, under; // under > 0

    private Fraction(BigInteger over, BigInteger under) {
        boolean negative = under.signum() < 0;
        this.over = negative ? over.negate() : over;
        this.under = negative ? under.negate() : under;
    }

    static Fraction of(long value) {
        return new Fraction(BigInteger.valueOf(value), BigInteger.ONE);
    }

    /** Of a decimal string; refuses what is none, or beyond sense. */
    static Fraction of(String text) throws ReadException {
        try {
            if (text.length() <= MOST_DIGITS) {
                BigDecimal exact = new BigDecimal(text);
                int power = exact.precision() - exact.scale() - 1;
                if (Math.abs((long) power) <= MOST_POWER) {
                    BigDecimal whole = exact.setScale(Math.max(0, exact.scale()));
                    return new Fraction(whole.unscaledValue(), BigInteger.TEN.pow(whole.scale()));
                }
            }
        } catch (ArithmeticException | NumberFormatException error) {
            throw ReadException.damaged("a number of its header is none");
        }
        throw ReadException.unsupported("DICOM with a number beyond sense");
    }

    Fraction plus(Fraction other) {
        return new Fraction(over.multiply(other.under).add(other.over.multiply(under)),
                under.multiply(other.under));
    }

    Fraction minus(Fraction other) {
        return plus(new Fraction(other.over.negate(), other.under));
    }

    Fraction times(Fraction other) {
        return new Fraction(over.multiply(other.over), under.multiply(other.under));
    }

    /** `other` must not be 0. */
    Fraction by(Fraction other) {
        return new Fraction(over.multiply(other.under), under.multiply(other.over));
    }

    int sign() {
        return over.signum();
    }

    /**
     * `floor(this * value + start)` of each value 0-65535, cut to `least`-`most`.
     */
    int[] line(Fraction start, int least, int most) {
        BigInteger base = under.multiply(start.under);
        BigInteger up = over.multiply(start.under);
        BigInteger at = start.over.multiply(under);
        BigInteger low = BigInteger.valueOf(least), high = BigInteger.valueOf(most);
        int[] line = new int[Windowing.LEVELS];
        for (int value = 0; value < line.length; value++) {
            BigInteger[] parts = at.divideAndRemainder(base);
            BigInteger floor = parts[1].signum() < 0 ? parts[0].subtract(BigInteger.ONE) : parts[0];
            line[value] = floor.max(low).min(high).intValue();
            at = at.add(up);
        }
        return line;
    }
}
