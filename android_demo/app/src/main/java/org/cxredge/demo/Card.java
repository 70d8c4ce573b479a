package org.cxredge.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A model card as its file carries it: the little Markdown that it is written in. */
final class Card {
    /** The label of films with a pneumonia that is none of covid. */
    static final String OTHER_PNEUMONIA = "pneumonia_other";

    enum Kind { HEADING, TEXT, ROW }

    /** A heading, a paragraph, or a table's row with its cells. */
    static final class Block {
        final Kind kind;
        final List<String> words;

        Block(Kind kind, List<String> words) {
            this.kind = kind;
            this.words = words;
        }
    }

    private static final Pattern INTERVAL = Pattern.compile("\\(([0-9.]+) to ([0-9.]+)\\)");

    /** How many films of one label and site the model calls covid. */
    static final class Share {
        final String site;
        final int films;
        final int called;
        final double low; // 95 % interval of the share
        final double high;

        /** Raises `NumberFormatException` where the cells are not those of such a row. */
        private Share(List<String> cells) {
            site = cells.get(1);
            films = Integer.parseInt(cells.get(2));
            called = Integer.parseInt(cells.get(3));
            Matcher interval = INTERVAL.matcher(cells.get(4));
            if (films < 1 || called < 0 || called > films || !interval.find()) {
                throw new NumberFormatException("no share with its interval");
            }
            low = Double.parseDouble(interval.group(1));
            high = Double.parseDouble(interval.group(2));
        }
    }

    private Card() {}

    static List<Block> blocks(String markdown) {
        List<Block> found = new ArrayList<>();
        for (String line : markdown.split("\n")) {
            String plain = line.trim().replace("`", "");
            if (plain.isEmpty() || plain.matches("\\|[-| :]+\\|")) {
                continue;
            }
            if (plain.startsWith("|")) {
                found.add(new Block(Kind.ROW, cells(plain)));
            } else if (plain.startsWith("#")) {
                found.add(block(Kind.HEADING, plain.replaceFirst("#+ *", "")));
            } else {
                found.add(block(Kind.TEXT, plain.replaceFirst("^- ", "• ")));
            }
        }
        return found;
    }

    /** Plain text that was broken into lines of some width: its paragraphs, unbroken. */
    static List<Block> plain(String text) {
        List<Block> found = new ArrayList<>();
        String open = "";
        boolean indented = false; // the line before
        for (String line : (text + "\n\n").split("\n", -1)) {
            String words = line.trim();
            boolean underline = words.matches("[=-]{4,}");
            boolean inner = line.startsWith(" ");
            boolean begins = words.isEmpty() || words.matches("[0-9]+\\. .*") || indented && !inner;
            if ((begins || underline) && !open.isEmpty()) {
                found.add(block(underline ? Kind.HEADING : Kind.TEXT, open));
                open = "";
            }
            if (!underline && !words.isEmpty()) {
                open += open.isEmpty() ? words : " " + words;
            }
            indented = inner;
        }
        return found;
    }

    /** The rows `| label | site | films | called covid | share (low to high) |` of a label. */
    static List<Share> shares(String markdown, String label) {
        List<Share> found = new ArrayList<>();
        for (Block block : blocks(markdown)) {
            List<String> cells = block.words;
            if (block.kind == Kind.ROW && cells.size() >= 5 && cells.get(0).equals(label)) {
                try {
                    found.add(new Share(cells));
                } catch (NumberFormatException error) {
                    // A row of another table.
                }
            }
        }
        return found;
    }

    private static Block block(Kind kind, String words) {
        List<String> one = new ArrayList<>();
        one.add(words);
        return new Block(kind, one);
    }

    private static List<String> cells(String row) {
        List<String> found = new ArrayList<>();
        for (String cell : row.substring(1, row.lastIndexOf('|')).split("\\|")) {
            found.add(cell.trim());
        }
        return found;
    }
}
