"""The corporate front-end 企业银行前置: companies, their representatives and accounts, behind signed SOAP."""
