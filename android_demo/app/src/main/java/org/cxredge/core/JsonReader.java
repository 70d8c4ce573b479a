package org.cxredge.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads one text of JSON from left to right. */
final class JsonReader {
    private static final int DEEPEST = 64;
    private static final int LONGEST_NUMBER = 400; // characters; a double needs 25

    private final String text;
    private int at;

    JsonReader(String text) {
        this.text = text;
    }

    Object whole() throws ModelException {
        Object value = value(0);
        blank();
        if (at != text.length()) {
            throw wrong("something behind its end");
        }
        return value;
    }

    private Object value(int depth) throws ModelException {
        blank();
        if (depth > DEEPEST) {
            throw wrong("nested too deep");
        }
        switch (peek()) {
            case '{':
                return object(depth);
            case '[':
                return list(depth);
            case '"':
                return string();
            case 't':
                return word("true", Boolean.TRUE);
            case 'f':
                return word("false", Boolean.FALSE);
            case 'n':
                return word("null", null);
            default:
                return number();
        }
    }

    private Map<String, Object> object(int depth) throws ModelException {
        Map<String, Object> map = new LinkedHashMap<>();
        at++;
        blank();
        if (peek() == '}') {
            at++;
            return map;
        }
        while (true) {
            blank();
            if (peek() != '"') {
                throw wrong("a name is wanted");
            }
            String name = string();
            blank();
            if (peek() != ':') {
                throw wrong("':' is wanted");
            }
            at++;
            map.put(name, value(depth + 1));
            if (last('}')) {
                return map;
            }
        }
    }

    private List<Object> list(int depth) throws ModelException {
        List<Object> list = new ArrayList<>();
        at++;
        blank();
        if (peek() == ']') {
            at++;
            return list;
        }
        while (true) {
            list.add(value(depth + 1));
            if (last(']')) {
                return list;
            }
        }
    }

    private boolean last(char close) throws ModelException {
        blank();
        char one = peek();
        at++;
        if (one != ',' && one != close) {
            throw wrong("',' or '" + close + "' is wanted");
        }
        return one == close;
    }

    private String string() throws ModelException {
        StringBuilder out = new StringBuilder();
        for (at++; peek() != '"'; at++) {
            char one = peek();
            if (one < 32) {
                throw wrong("a string is broken");
            }
            out.append(one == '\\' ? escaped() : one);
        }
        at++;
        return out.toString();
    }

    /** What stands behind a backslash; stops at its last character. */
    private char escaped() throws ModelException {
        at++;
        char letter = peek();
        if (letter == 'u') {
            int code = 0;
            for (int i = 0; i < 4; i++) {
                at++;
                int digit = "0123456789abcdef".indexOf(Character.toLowerCase(peek()));
                if (digit < 0 || peek() > 'f') {
                    throw wrong("an escape is none");
                }
                code = code << 4 | digit;
            }
            return (char) code;
        }
        int known = "\"\\/bfnrt".indexOf(letter);
        if (known < 0) {
            throw wrong("an escape is none");
        }
        return "\"\\/\b\f\n\r\t".charAt(known);
    }

    private Object word(String word, Object value) throws ModelException {
        if (!text.startsWith(word, at)) {
            throw wrong("no value");
        }
        at += word.length();
        return value;
    }

    private Number number() throws ModelException {
        int start = at;
        boolean whole = true;
        at += peek() == '-' ? 1 : 0;
        if (peek() == '0') {
            at++;
        } else {
            digits();
        }
        if (at < text.length() && text.charAt(at) == '.') {
            at++;
            whole = false;
            digits();
        }
        if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            at++;
            whole = false;
            at += peek() == '+' || peek() == '-' ? 1 : 0;
            digits();
        }
        String number = text.substring(start, at);
        if (number.length() > LONGEST_NUMBER) {
            throw wrong("a number is too long");
        }
        if (whole && number.length() < 19) {
            return Long.valueOf(number);
        }
        double value = Double.parseDouble(number);
        if (Double.isInfinite(value)) {
            throw wrong("a number is too large");
        }
        return value;
    }

    private void digits() throws ModelException {
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        if (at == start) {
            throw wrong("no value");
        }
    }

    private void blank() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private char peek() throws ModelException {
        if (at >= text.length()) {
            throw wrong("its end is not there");
        }
        return text.charAt(at);
    }

    private ModelException wrong(String what) {
        return ModelException.damaged("not JSON: " + what + " (character " + at + ")");
    }
}
