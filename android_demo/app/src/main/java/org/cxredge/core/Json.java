package org.cxredge.core;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Strict JSON; its values are Map, List, String, Long, Double, Boolean and null. */
public final class Json {
    private Json() {}

    /**
     * Read one value. Of two equal names the last counts, as in Python; numbers that are not
     * finite, and what is nested more than 64 deep, are refused.
     */
    public static Object parse(String text) throws ModelException {
        return new JsonReader(text).whole();
    }

    /**
     * A value in one line, names sorted, ASCII.
     *
     * @throws IllegalArgumentException for a number that is not finite or a value of another class
     */
    public static String write(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(Object value, StringBuilder out) {
        if (value == null || value instanceof Boolean) {
            out.append(value);
        } else if (value instanceof Number) {
            out.append(number((Number) value));
        } else if (value instanceof String) {
            string((String) value, out);
        } else if (value instanceof double[]) {
            out.append('[');
            String between = "";
            for (double one : (double[]) value) {
                out.append(between).append(number(one));
                between = ", ";
            }
            out.append(']');
        } else if (value instanceof List) {
            out.append('[');
            for (Iterator<?> all = ((List<?>) value).iterator(); all.hasNext();) {
                write(all.next(), out);
                out.append(all.hasNext() ? ", " : "");
            }
            out.append(']');
        } else if (value instanceof Map) {
            object((Map<?, ?>) value, out);
        } else {
            throw new IllegalArgumentException("no JSON: " + value.getClass());
        }
    }

    private static void object(Map<?, ?> map, StringBuilder out) {
        TreeMap<String, Object> sorted = new TreeMap<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            sorted.put((String) entry.getKey(), entry.getValue());
        }
        out.append('{');
        String between = "";
        for (Map.Entry<String, Object> entry : sorted.entrySet()) {
            out.append(between);
            string(entry.getKey(), out);
            out.append(": ");
            write(entry.getValue(), out);
            between = ", ";
        }
        out.append('}');
    }

    private static String number(Number value) {
        double number = value.doubleValue();
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            throw new IllegalArgumentException("not a finite number: " + value);
        }
        return value instanceof Float ? Double.toString(number) : value.toString();
    }

    private static void string(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char one = text.charAt(i);
            int letter = "\"\\\n\r\t".indexOf(one);
            if (letter >= 0) {
                out.append('\\').append("\"\\nrt".charAt(letter));
            } else if (one >= 32 && one < 127) {
                out.append(one);
            } else {
                out.append(String.format("\\u%04x", (int) one));
            }
        }
        out.append('"');
    }
}
