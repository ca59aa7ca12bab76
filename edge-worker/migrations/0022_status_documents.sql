-- A signed status list stands beside its hash: who verifies a credential reads its lists in the statement that finds it. It has some
-- 23 KB at most (131,072 bits, however they are set), far below the 2 MB of a row.

-- NULL in a list that was signed last before this: its document is in KV under its hash, and the clock brings it here.
ALTER TABLE status_list ADD COLUMN document TEXT;
CREATE INDEX status_list_elsewhere ON status_list (id) WHERE document IS NULL;

-- A worker from before this writes the hash alone, into KV the document. What stood here before must then not be taken for it.
CREATE TRIGGER status_list_document_of_hash AFTER UPDATE OF document_sha256 ON status_list
WHEN NEW.document IS OLD.document AND NEW.document_sha256 <> OLD.document_sha256
BEGIN
  UPDATE status_list SET document = NULL WHERE id = NEW.id;
END;
