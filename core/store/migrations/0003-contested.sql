-- 0003: cases in which values stand beside each other, so that whoever settles them finds them without reading every
-- header. Derived: filled from the headers when the table is made, kept with each save, dropped by a rebuild.
CREATE TABLE contested (
    record INTEGER NOT NULL PRIMARY KEY                        -- record.id
) STRICT;
