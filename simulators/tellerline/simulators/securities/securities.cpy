      * SECURITIES HOST: REQUEST AND REPLY RECORDS, FIXED LENGTH,
      * ONE PER MESSAGE.
      *
      * CHARACTERS ARE EBCDIC, CODE PAGE 037; X(N) IS FILLED WITH
      * SPACES ON THE RIGHT. CHINESE IS IN NATIONAL FIELDS: PIC N(N)
      * IS N POSITIONS OF UTF-16, BIG END FIRST, FILLED WITH
      * NATIONAL SPACES, WHATEVER THE CODE PAGE OF THE RECORD.
      * COUNTS AND DATES IN THE HEADERS ARE DISPLAY DIGITS; ALL
      * OTHER NUMBERS ARE PACKED (COMP-3): SIGN C OR D WHERE THE
      * PICTURE HAS AN S, F WHERE IT HAS NONE. PRICES AND AMOUNTS
      * ARE YUAN WITH TWO IMPLIED PLACES. DATES ARE YYYYMMDD,
      * 00000000 WHEN THERE IS NONE; INSTANTS ARE ISO 8601 WITH
      * OFFSET.
      *
      * MESSAGE-TYPE, REQUEST AND REPLY ALIKE: ECHO, INQUIRE,
      * REVERSE, GETQUOTE, LSTQUOTE, LSTHOLD, GETFUNDS, PLACEORD,
      * CANCLORD, GETORDER, LSTORDER, LSTTRADE, LSTALLOT, DEPOSIT,
      * WITHDRAW; A REQUEST THAT CANNOT BE READ IS ANSWERED WITH
      * FAILURE (THE REPLY HEADER ALONE). MESSAGE-VERSION IS 01.
      * REPLY-STATUS: OK OR REJECTED. AFTER A HEADER THAT SAYS
      * REJECTED ALL OTHER FIELDS ARE SPACES AND ZEROS.
      *
      * ACCOUNT IS THE BANK ACCOUNT THAT A SECURITIES ACCOUNT IS
      * BOUND TO, ONE TO ONE. BOARD: M MAIN, S STAR, C CHINEXT.
      * QUOTE-STATUS: T TRADING, C CLOSED, H HALTED. SIDE: B BUY, S
      * SELL. ORDER-STATUS: O OPEN, P PARTLY FILLED, F FILLED, C
      * CANCELLED, E EXPIRED. ALLOTMENT-STATUS: A AWAITING THE DRAW,
      * W WON, N NOT WON. FOUND, REVERSED, EFFECTIVE, MORE,
      * AMOUNT-GIVEN: Y OR N. A LEVEL OF BIDS OR ASKS WITHOUT
      * QUANTITY IS NONE. LSTTRADE WITHOUT DATES MEANS TODAY.
      *
      * IDEMPOTENT BY REFERENCE: PLACEORD, CANCLORD, DEPOSIT,
      * WITHDRAW, REVERSE. REVERSE UNDOES DEPOSIT AND WITHDRAW, AND
      * AN ORDER OF WHICH NOTHING IS FILLED; AN UNKNOWN ORIGINAL
      * LEAVES A TOMBSTONE (EFFECTIVE N) AND IS REFUSED WITH 1402
      * SHOULD IT STILL ARRIVE.
      *
      * HOST-CODE: 0000 DONE; 3001 NO SECURITIES ACCOUNT; 3002
      * SECURITIES ACCOUNT FROZEN; 3003 CURRENCY MISMATCH; 3004
      * AMOUNT NOT ALLOWED; 3005 INSUFFICIENT FUNDS; 3006
      * INSUFFICIENT SHARES; 3007 UNKNOWN SECURITY; 3008 TRADING
      * HALTED; 3009 MARKET CLOSED; 3010 PRICE OUTSIDE OF THE DAY'S
      * LIMITS; 3011 QUANTITY NOT ALLOWED; 3012 UNKNOWN ORDER; 3013
      * ORDER CANNOT BE CANCELLED; 3014 PERIOD NOT ALLOWED; 1401
      * REFERENCE ALREADY USED WITH OTHER CONTENT; 1402 REVERSED
      * BEFORE IT ARRIVED; 1403 ALREADY REVERSED; 1404 OPERATION
      * CANNOT BE REVERSED; 1405 REVERSAL DOES NOT MATCH; 9001 BUSY;
      * 9002 CLOSED FOR MAINTENANCE; 9003 MESSAGE CANNOT BE READ;
      * 9999 REFUSED.
      *
       01  ECHO-REQUEST.
           05  REQUEST-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  CHANNEL                   PIC X(32).
               10  BRANCH                    PIC X(32).
               10  OPERATOR                  PIC X(32).
               10  ACCEPTED-AT               PIC X(32).
               10  ATTEMPT                   PIC 9(4).
      *
       01  ECHO-REPLY.
           05  REPLY-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  REPLY-STATUS              PIC X(8).
               10  HOST-CODE                 PIC X(4).
               10  HOST-MESSAGE              PIC N(30) USAGE NATIONAL.
               10  HOST-SERIAL               PIC X(32).
               10  ACCOUNTING-DATE           PIC 9(8).
           05  HOST-VERSION              PIC X(32).
      *
       01  INQUIRE-REQUEST.
           05  REQUEST-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  CHANNEL                   PIC X(32).
               10  BRANCH                    PIC X(32).
               10  OPERATOR                  PIC X(32).
               10  ACCEPTED-AT               PIC X(32).
               10  ATTEMPT                   PIC 9(4).
           05  ORIGINAL-REFERENCE        PIC X(32).
           05  ORIGINAL-MESSAGE-TYPE     PIC X(8).
           05  ORIGINAL-ACCOUNT          PIC X(32).
      *
       01  INQUIRE-REPLY.
           05  REPLY-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  REPLY-STATUS              PIC X(8).
               10  HOST-CODE                 PIC X(4).
               10  HOST-MESSAGE              PIC N(30) USAGE NATIONAL.
               10  HOST-SERIAL               PIC X(32).
               10  ACCOUNTING-DATE           PIC 9(8).
           05  FOUND                     PIC X(1).
           05  ORIGINAL-MESSAGE-TYPE     PIC X(8).
           05  ORIGINAL-STATUS           PIC X(8).
           05  ORIGINAL-HOST-CODE        PIC X(4).
           05  ORIGINAL-HOST-MESSAGE     PIC N(30) USAGE NATIONAL.
           05  ORIGINAL-HOST-SERIAL      PIC X(32).
           05  ORIGINAL-ACCOUNTING-DATE  PIC 9(8).
           05  REVERSED                  PIC X(1).
           05  BALANCE-AFTER             PIC S9(15)V99 COMP-3.
           05  BOOKED-AT                 PIC X(32).
           05  ORDER-DETAIL.
               10  ORDER-NUMBER              PIC X(32).
               10  SECURITY-CODE             PIC X(6).
               10  SECURITY-NAME             PIC N(8) USAGE NATIONAL.
               10  SIDE                      PIC X(1).
               10  PRICE                     PIC 9(7)V99 COMP-3.
               10  QUANTITY                  PIC 9(11) COMP-3.
               10  FILLED-QUANTITY           PIC 9(11) COMP-3.
               10  FILLED-AMOUNT             PIC S9(15)V99 COMP-3.
               10  FEES                      PIC S9(15)V99 COMP-3.
               10  ORDER-STATUS              PIC X(1).
               10  PLACED-AT                 PIC X(32).
      *
       01  REVERSE-REQUEST.
           05  REQUEST-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  CHANNEL                   PIC X(32).
               10  BRANCH                    PIC X(32).
               10  OPERATOR                  PIC X(32).
               10  ACCEPTED-AT               PIC X(32).
               10  ATTEMPT                   PIC 9(4).
           05  ORIGINAL-REFERENCE        PIC X(32).
           05  ORIGINAL-MESSAGE-TYPE     PIC X(8).
           05  ORIGINAL-ACCOUNT          PIC X(32).
           05  AMOUNT-GIVEN              PIC X(1).
           05  CURRENCY                  PIC X(3).
           05  AMOUNT                    PIC S9(15)V99 COMP-3.
      *
       01  REVERSE-REPLY.
           05  REPLY-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  REPLY-STATUS              PIC X(8).
               10  HOST-CODE                 PIC X(4).
               10  HOST-MESSAGE              PIC N(30) USAGE NATIONAL.
               10  HOST-SERIAL               PIC X(32).
               10  ACCOUNTING-DATE           PIC 9(8).
           05  EFFECTIVE                 PIC X(1).
      *
       01  GET-QUOTE-REQUEST.
           05  REQUEST-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  CHANNEL                   PIC X(32).
               10  BRANCH                    PIC X(32).
               10  OPERATOR                  PIC X(32).
               10  ACCEPTED-AT               PIC X(32).
               10  ATTEMPT                   PIC 9(4).
           05  SECURITY-CODE             PIC X(6).
      *
       01  GET-QUOTE-REPLY.
           05  REPLY-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  REPLY-STATUS              PIC X(8).
               10  HOST-CODE                 PIC X(4).
               10  HOST-MESSAGE              PIC N(30) USAGE NATIONAL.
               10  HOST-SERIAL               PIC X(32).
               10  ACCOUNTING-DATE           PIC 9(8).
           05  QUOTE.
               10  SECURITY-CODE             PIC X(6).
               10  SECURITY-NAME             PIC N(8) USAGE NATIONAL.
               10  BOARD                     PIC X(1).
               10  QUOTE-STATUS              PIC X(1).
               10  PREVIOUS-CLOSE            PIC 9(7)V99 COMP-3.
               10  LAST-PRICE                PIC 9(7)V99 COMP-3.
               10  HIGH-PRICE                PIC 9(7)V99 COMP-3.
               10  LOW-PRICE                 PIC 9(7)V99 COMP-3.
               10  LOWER-LIMIT               PIC 9(7)V99 COMP-3.
               10  UPPER-LIMIT               PIC 9(7)V99 COMP-3.
               10  VOLUME                    PIC 9(11) COMP-3.
               10  TURNOVER                  PIC S9(15)V99 COMP-3.
               10  BID OCCURS 5 TIMES.
                   15  BID-PRICE                 PIC 9(7)V99 COMP-3.
                   15  BID-QUANTITY              PIC 9(11) COMP-3.
               10  ASK OCCURS 5 TIMES.
                   15  ASK-PRICE                 PIC 9(7)V99 COMP-3.
                   15  ASK-QUANTITY              PIC 9(11) COMP-3.
               10  AS-OF                     PIC X(32).
      *
       01  LIST-QUOTES-REQUEST.
           05  REQUEST-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  CHANNEL                   PIC X(32).
               10  BRANCH                    PIC X(32).
               10  OPERATOR                  PIC X(32).
               10  ACCEPTED-AT               PIC X(32).
               10  ATTEMPT                   PIC 9(4).
           05  AFTER-SECURITY            PIC X(6).
           05  MAXIMUM                   PIC 9(2).
      *
       01  LIST-QUOTES-REPLY.
           05  REPLY-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  REPLY-STATUS              PIC X(8).
               10  HOST-CODE                 PIC X(4).
               10  HOST-MESSAGE              PIC N(30) USAGE NATIONAL.
               10  HOST-SERIAL               PIC X(32).
               10  ACCOUNTING-DATE           PIC 9(8).
           05  MORE                      PIC X(1).
           05  ROW-COUNT                 PIC 9(2).
           05  QUOTE OCCURS 20 TIMES.
               10  SECURITY-CODE             PIC X(6).
               10  SECURITY-NAME             PIC N(8) USAGE NATIONAL.
               10  BOARD                     PIC X(1).
               10  QUOTE-STATUS              PIC X(1).
               10  PREVIOUS-CLOSE            PIC 9(7)V99 COMP-3.
               10  LAST-PRICE                PIC 9(7)V99 COMP-3.
               10  HIGH-PRICE                PIC 9(7)V99 COMP-3.
               10  LOW-PRICE                 PIC 9(7)V99 COMP-3.
               10  LOWER-LIMIT               PIC 9(7)V99 COMP-3.
               10  UPPER-LIMIT               PIC 9(7)V99 COMP-3.
               10  VOLUME                    PIC 9(11) COMP-3.
               10  TURNOVER                  PIC S9(15)V99 COMP-3.
               10  BID OCCURS 5 TIMES.
                   15  BID-PRICE                 PIC 9(7)V99 COMP-3.
                   15  BID-QUANTITY              PIC 9(11) COMP-3.
               10  ASK OCCURS 5 TIMES.
                   15  ASK-PRICE                 PIC 9(7)V99 COMP-3.
                   15  ASK-QUANTITY              PIC 9(11) COMP-3.
               10  AS-OF                     PIC X(32).
      *
       01  LIST-HOLDINGS-REQUEST.
           05  REQUEST-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  CHANNEL                   PIC X(32).
               10  BRANCH                    PIC X(32).
               10  OPERATOR                  PIC X(32).
               10  ACCEPTED-AT               PIC X(32).
               10  ATTEMPT                   PIC 9(4).
           05  ACCOUNT                   PIC X(32).
           05  AFTER-SECURITY            PIC X(6).
           05  MAXIMUM                   PIC 9(2).
      *
       01  LIST-HOLDINGS-REPLY.
           05  REPLY-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  REPLY-STATUS              PIC X(8).
               10  HOST-CODE                 PIC X(4).
               10  HOST-MESSAGE              PIC N(30) USAGE NATIONAL.
               10  HOST-SERIAL               PIC X(32).
               10  ACCOUNTING-DATE           PIC 9(8).
           05  MORE                      PIC X(1).
           05  ROW-COUNT                 PIC 9(2).
           05  HOLDING OCCURS 20 TIMES.
               10  SECURITY-CODE             PIC X(6).
               10  SECURITY-NAME             PIC N(8) USAGE NATIONAL.
               10  QUANTITY                  PIC 9(11) COMP-3.
               10  SELLABLE                  PIC 9(11) COMP-3.
               10  FROZEN                    PIC 9(11) COMP-3.
               10  MARKET-PRICE              PIC 9(7)V99 COMP-3.
               10  MARKET-VALUE              PIC S9(15)V99 COMP-3.
      *
       01  GET-FUNDS-REQUEST.
           05  REQUEST-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  CHANNEL                   PIC X(32).
               10  BRANCH                    PIC X(32).
               10  OPERATOR                  PIC X(32).
               10  ACCEPTED-AT               PIC X(32).
               10  ATTEMPT                   PIC 9(4).
           05  ACCOUNT                   PIC X(32).
      *
       01  GET-FUNDS-REPLY.
           05  REPLY-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  REPLY-STATUS              PIC X(8).
               10  HOST-CODE                 PIC X(4).
               10  HOST-MESSAGE              PIC N(30) USAGE NATIONAL.
               10  HOST-SERIAL               PIC X(32).
               10  ACCOUNTING-DATE           PIC 9(8).
           05  SECURITIES-ACCOUNT        PIC X(16).
           05  ACCOUNT                   PIC X(32).
           05  BALANCE                   PIC S9(15)V99 COMP-3.
           05  FROZEN-AMOUNT             PIC S9(15)V99 COMP-3.
           05  AVAILABLE                 PIC S9(15)V99 COMP-3.
           05  WITHDRAWABLE              PIC S9(15)V99 COMP-3.
           05  AS-OF                     PIC X(32).
      *
       01  PLACE-ORDER-REQUEST.
           05  REQUEST-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  CHANNEL                   PIC X(32).
               10  BRANCH                    PIC X(32).
               10  OPERATOR                  PIC X(32).
               10  ACCEPTED-AT               PIC X(32).
               10  ATTEMPT                   PIC 9(4).
           05  ACCOUNT                   PIC X(32).
           05  SECURITY-CODE             PIC X(6).
           05  SIDE                      PIC X(1).
           05  CURRENCY                  PIC X(3).
           05  PRICE                     PIC 9(7)V99 COMP-3.
           05  QUANTITY                  PIC 9(11) COMP-3.
      *
       01  PLACE-ORDER-REPLY.
           05  REPLY-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  REPLY-STATUS              PIC X(8).
               10  HOST-CODE                 PIC X(4).
               10  HOST-MESSAGE              PIC N(30) USAGE NATIONAL.
               10  HOST-SERIAL               PIC X(32).
               10  ACCOUNTING-DATE           PIC 9(8).
           05  ORDER-DETAIL.
               10  ORDER-NUMBER              PIC X(32).
               10  SECURITY-CODE             PIC X(6).
               10  SECURITY-NAME             PIC N(8) USAGE NATIONAL.
               10  SIDE                      PIC X(1).
               10  PRICE                     PIC 9(7)V99 COMP-3.
               10  QUANTITY                  PIC 9(11) COMP-3.
               10  FILLED-QUANTITY           PIC 9(11) COMP-3.
               10  FILLED-AMOUNT             PIC S9(15)V99 COMP-3.
               10  FEES                      PIC S9(15)V99 COMP-3.
               10  ORDER-STATUS              PIC X(1).
               10  PLACED-AT                 PIC X(32).
      *
       01  CANCEL-ORDER-REQUEST.
           05  REQUEST-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  CHANNEL                   PIC X(32).
               10  BRANCH                    PIC X(32).
               10  OPERATOR                  PIC X(32).
               10  ACCEPTED-AT               PIC X(32).
               10  ATTEMPT                   PIC 9(4).
           05  ACCOUNT                   PIC X(32).
           05  ORDER-NUMBER              PIC X(32).
      *
       01  CANCEL-ORDER-REPLY.
           05  REPLY-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  REPLY-STATUS              PIC X(8).
               10  HOST-CODE                 PIC X(4).
               10  HOST-MESSAGE              PIC N(30) USAGE NATIONAL.
               10  HOST-SERIAL               PIC X(32).
               10  ACCOUNTING-DATE           PIC 9(8).
           05  ORDER-DETAIL.
               10  ORDER-NUMBER              PIC X(32).
               10  SECURITY-CODE             PIC X(6).
               10  SECURITY-NAME             PIC N(8) USAGE NATIONAL.
               10  SIDE                      PIC X(1).
               10  PRICE                     PIC 9(7)V99 COMP-3.
               10  QUANTITY                  PIC 9(11) COMP-3.
               10  FILLED-QUANTITY           PIC 9(11) COMP-3.
               10  FILLED-AMOUNT             PIC S9(15)V99 COMP-3.
               10  FEES                      PIC S9(15)V99 COMP-3.
               10  ORDER-STATUS              PIC X(1).
               10  PLACED-AT                 PIC X(32).
      *
       01  GET-ORDER-REQUEST.
           05  REQUEST-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  CHANNEL                   PIC X(32).
               10  BRANCH                    PIC X(32).
               10  OPERATOR                  PIC X(32).
               10  ACCEPTED-AT               PIC X(32).
               10  ATTEMPT                   PIC 9(4).
           05  ACCOUNT                   PIC X(32).
           05  ORDER-NUMBER              PIC X(32).
      *
       01  GET-ORDER-REPLY.
           05  REPLY-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  REPLY-STATUS              PIC X(8).
               10  HOST-CODE                 PIC X(4).
               10  HOST-MESSAGE              PIC N(30) USAGE NATIONAL.
               10  HOST-SERIAL               PIC X(32).
               10  ACCOUNTING-DATE           PIC 9(8).
           05  ORDER-DETAIL.
               10  ORDER-NUMBER              PIC X(32).
               10  SECURITY-CODE             PIC X(6).
               10  SECURITY-NAME             PIC N(8) USAGE NATIONAL.
               10  SIDE                      PIC X(1).
               10  PRICE                     PIC 9(7)V99 COMP-3.
               10  QUANTITY                  PIC 9(11) COMP-3.
               10  FILLED-QUANTITY           PIC 9(11) COMP-3.
               10  FILLED-AMOUNT             PIC S9(15)V99 COMP-3.
               10  FEES                      PIC S9(15)V99 COMP-3.
               10  ORDER-STATUS              PIC X(1).
               10  PLACED-AT                 PIC X(32).
      *
       01  LIST-ORDERS-REQUEST.
           05  REQUEST-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  CHANNEL                   PIC X(32).
               10  BRANCH                    PIC X(32).
               10  OPERATOR                  PIC X(32).
               10  ACCEPTED-AT               PIC X(32).
               10  ATTEMPT                   PIC 9(4).
           05  ACCOUNT                   PIC X(32).
           05  AFTER-ORDER               PIC X(32).
           05  MAXIMUM                   PIC 9(2).
      *
       01  LIST-ORDERS-REPLY.
           05  REPLY-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  REPLY-STATUS              PIC X(8).
               10  HOST-CODE                 PIC X(4).
               10  HOST-MESSAGE              PIC N(30) USAGE NATIONAL.
               10  HOST-SERIAL               PIC X(32).
               10  ACCOUNTING-DATE           PIC 9(8).
           05  MORE                      PIC X(1).
           05  ROW-COUNT                 PIC 9(2).
           05  ORDER-DETAIL OCCURS 20 TIMES.
               10  ORDER-NUMBER              PIC X(32).
               10  SECURITY-CODE             PIC X(6).
               10  SECURITY-NAME             PIC N(8) USAGE NATIONAL.
               10  SIDE                      PIC X(1).
               10  PRICE                     PIC 9(7)V99 COMP-3.
               10  QUANTITY                  PIC 9(11) COMP-3.
               10  FILLED-QUANTITY           PIC 9(11) COMP-3.
               10  FILLED-AMOUNT             PIC S9(15)V99 COMP-3.
               10  FEES                      PIC S9(15)V99 COMP-3.
               10  ORDER-STATUS              PIC X(1).
               10  PLACED-AT                 PIC X(32).
      *
       01  LIST-TRADES-REQUEST.
           05  REQUEST-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  CHANNEL                   PIC X(32).
               10  BRANCH                    PIC X(32).
               10  OPERATOR                  PIC X(32).
               10  ACCEPTED-AT               PIC X(32).
               10  ATTEMPT                   PIC 9(4).
           05  ACCOUNT                   PIC X(32).
           05  FROM-DATE                 PIC 9(8).
           05  TO-DATE                   PIC 9(8).
           05  AFTER-TRADE               PIC X(32).
           05  MAXIMUM                   PIC 9(2).
      *
       01  LIST-TRADES-REPLY.
           05  REPLY-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  REPLY-STATUS              PIC X(8).
               10  HOST-CODE                 PIC X(4).
               10  HOST-MESSAGE              PIC N(30) USAGE NATIONAL.
               10  HOST-SERIAL               PIC X(32).
               10  ACCOUNTING-DATE           PIC 9(8).
           05  MORE                      PIC X(1).
           05  ROW-COUNT                 PIC 9(2).
           05  TRADE OCCURS 20 TIMES.
               10  TRADE-NUMBER              PIC X(32).
               10  ORDER-NUMBER              PIC X(32).
               10  SECURITY-CODE             PIC X(6).
               10  SECURITY-NAME             PIC N(8) USAGE NATIONAL.
               10  SIDE                      PIC X(1).
               10  PRICE                     PIC 9(7)V99 COMP-3.
               10  QUANTITY                  PIC 9(11) COMP-3.
               10  AMOUNT                    PIC S9(15)V99 COMP-3.
               10  FEES                      PIC S9(15)V99 COMP-3.
               10  TRADED-AT                 PIC X(32).
      *
       01  LIST-ALLOTMENTS-REQUEST.
           05  REQUEST-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  CHANNEL                   PIC X(32).
               10  BRANCH                    PIC X(32).
               10  OPERATOR                  PIC X(32).
               10  ACCEPTED-AT               PIC X(32).
               10  ATTEMPT                   PIC 9(4).
           05  ACCOUNT                   PIC X(32).
           05  AFTER-NUMBER              PIC X(12).
           05  MAXIMUM                   PIC 9(2).
      *
       01  LIST-ALLOTMENTS-REPLY.
           05  REPLY-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  REPLY-STATUS              PIC X(8).
               10  HOST-CODE                 PIC X(4).
               10  HOST-MESSAGE              PIC N(30) USAGE NATIONAL.
               10  HOST-SERIAL               PIC X(32).
               10  ACCOUNTING-DATE           PIC 9(8).
           05  MORE                      PIC X(1).
           05  ROW-COUNT                 PIC 9(2).
           05  ALLOTMENT OCCURS 20 TIMES.
               10  SECURITY-CODE             PIC X(6).
               10  SECURITY-NAME             PIC N(8) USAGE NATIONAL.
               10  FIRST-NUMBER              PIC X(12).
               10  NUMBER-COUNT              PIC 9(7) COMP-3.
               10  SUBSCRIBED-ON             PIC 9(8).
               10  DRAWN-ON                  PIC 9(8).
               10  WON                       PIC 9(7) COMP-3.
               10  ALLOTMENT-STATUS          PIC X(1).
      *
       01  DEPOSIT-REQUEST.
           05  REQUEST-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  CHANNEL                   PIC X(32).
               10  BRANCH                    PIC X(32).
               10  OPERATOR                  PIC X(32).
               10  ACCEPTED-AT               PIC X(32).
               10  ATTEMPT                   PIC 9(4).
           05  ACCOUNT                   PIC X(32).
           05  CURRENCY                  PIC X(3).
           05  AMOUNT                    PIC S9(15)V99 COMP-3.
      *
       01  DEPOSIT-REPLY.
           05  REPLY-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  REPLY-STATUS              PIC X(8).
               10  HOST-CODE                 PIC X(4).
               10  HOST-MESSAGE              PIC N(30) USAGE NATIONAL.
               10  HOST-SERIAL               PIC X(32).
               10  ACCOUNTING-DATE           PIC 9(8).
           05  BALANCE-AFTER             PIC S9(15)V99 COMP-3.
           05  BOOKED-AT                 PIC X(32).
      *
       01  WITHDRAW-REQUEST.
           05  REQUEST-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  CHANNEL                   PIC X(32).
               10  BRANCH                    PIC X(32).
               10  OPERATOR                  PIC X(32).
               10  ACCEPTED-AT               PIC X(32).
               10  ATTEMPT                   PIC 9(4).
           05  ACCOUNT                   PIC X(32).
           05  CURRENCY                  PIC X(3).
           05  AMOUNT                    PIC S9(15)V99 COMP-3.
      *
       01  WITHDRAW-REPLY.
           05  REPLY-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  REPLY-STATUS              PIC X(8).
               10  HOST-CODE                 PIC X(4).
               10  HOST-MESSAGE              PIC N(30) USAGE NATIONAL.
               10  HOST-SERIAL               PIC X(32).
               10  ACCOUNTING-DATE           PIC 9(8).
           05  BALANCE-AFTER             PIC S9(15)V99 COMP-3.
           05  BOOKED-AT                 PIC X(32).
      *
       01  FAILURE-REPLY.
           05  REPLY-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  REPLY-STATUS              PIC X(8).
               10  HOST-CODE                 PIC X(4).
               10  HOST-MESSAGE              PIC N(30) USAGE NATIONAL.
               10  HOST-SERIAL               PIC X(32).
               10  ACCOUNTING-DATE           PIC 9(8).
