-- Where a plug is, in the owner's words; empty where nobody said.
ALTER TABLE plug ADD COLUMN room TEXT NOT NULL DEFAULT '';
