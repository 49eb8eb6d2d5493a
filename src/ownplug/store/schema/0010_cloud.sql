-- Programs written for the vendor's cloud: which plugs they see with a user's login, and where they have signed in.
ALTER TABLE user ADD COLUMN app_plugs TEXT;
ALTER TABLE sign_in ADD COLUMN door TEXT NOT NULL DEFAULT 'page';
