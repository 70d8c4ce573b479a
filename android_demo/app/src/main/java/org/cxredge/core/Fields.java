package org.cxredge.core;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** An object of JSON whose fields must be of the kind that is asked for. */
final class Fields {
    private final String file;
    private final Map<?, ?> values;

    private Fields(String file, Map<?, ?> values) {
        this.file = file;
        this.values = values;
    }

    static Fields of(String file, String text) throws ModelException {
        try {
            return of(file, Json.parse(text));
        } catch (ModelException error) {
            throw ModelException.damaged("the model's " + file + " cannot be read: "
                    + error.getMessage(), error);
        }
    }

    static Fields of(String file, Object value) throws ModelException {
        if (!(value instanceof Map)) {
            throw ModelException.damaged("the model's " + file + " cannot be read: no object");
        }
        return new Fields(file, (Map<?, ?>) value);
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    @SuppressWarnings("unchecked") // JsonReader's names are strings
    Set<String> names() {
        return (Set<String>) values.keySet();
    }

    String text(String name) throws ModelException {
        return get(name, String.class);
    }

    /** A text, or null where null is said. */
    String textOrNull(String name) throws ModelException {
        return has(name) && values.get(name) == null ? null : text(name);
    }

    int whole(String name) throws ModelException {
        long value = get(name, Long.class);
        if (value != (int) value) {
            throw wrong(name);
        }
        return (int) value;
    }

    double number(String name) throws ModelException {
        return get(name, Number.class).doubleValue();
    }

    Fields map(String name) throws ModelException {
        return new Fields(file, get(name, Map.class));
    }

    List<Object> list(String name) throws ModelException {
        @SuppressWarnings("unchecked")
        List<Object> list = get(name, List.class);
        return list;
    }

    double[] numbers(String name) throws ModelException {
        List<Object> list = list(name);
        double[] numbers = new double[list.size()];
        for (int i = 0; i < numbers.length; i++) {
            if (!(list.get(i) instanceof Number)) {
                throw wrong(name);
            }
            numbers[i] = ((Number) list.get(i)).doubleValue();
        }
        return numbers;
    }

    private <T> T get(String name, Class<T> kind) throws ModelException {
        Object value = values.get(name);
        if (!kind.isInstance(value)) {
            throw wrong(name);
        }
        return kind.cast(value);
    }

    private ModelException wrong(String name) {
        return ModelException.damaged("the model's " + file + " cannot be read: " + name
                + " is missing or not what it should be");
    }
}
