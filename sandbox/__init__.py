"""The sandbox: practice tenants on an instance of their own, and the pages by which enterprises use them."""
