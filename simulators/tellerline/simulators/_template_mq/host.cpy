      * A NEW HOST: REQUEST AND REPLY RECORDS, FIXED LENGTH, ONE PER
      * MESSAGE.
      *
      * CHARACTERS ARE GB18030 (ASCII IS ITS FIRST PART); X(N)
      * COUNTS BYTES, IS FILLED WITH SPACES ON THE RIGHT AND NEVER
      * CUT INSIDE A CHARACTER. NUMBERS ARE DISPLAY DIGITS; AMOUNTS
      * CARRY THEIR SIGN IN FRONT (+ OR -) AND ARE IN MAJOR UNITS
      * WITH TWO IMPLIED PLACES. DATES ARE YYYYMMDD, 00000000 WHEN
      * THERE IS NONE; INSTANTS ARE ISO 8601 WITH OFFSET.
      *
      * MESSAGE-TYPE, REQUEST AND REPLY ALIKE: ECHO, INQUIRE,
      * REVERSE; A REQUEST THAT CANNOT BE READ IS ANSWERED WITH
      * FAILURE (THE REPLY HEADER ALONE). MESSAGE-VERSION IS 01.
      * REPLY-STATUS: OK OR REJECTED. AFTER A HEADER THAT SAYS
      * REJECTED ALL OTHER FIELDS ARE SPACES AND ZEROS. FOUND,
      * REVERSED, EFFECTIVE, AMOUNT-GIVEN: Y OR N.
      *
      * HOST-CODE: 0000 DONE; 1401 REFERENCE ALREADY USED WITH OTHER
      * CONTENT; 1402 REVERSED BEFORE IT ARRIVED; 1403 ALREADY
      * REVERSED; 1404 OPERATION CANNOT BE REVERSED; 1405 REVERSAL
      * DOES NOT MATCH; 9001 BUSY; 9002 CLOSED FOR MAINTENANCE; 9003
      * MESSAGE CANNOT BE READ; 9999 REFUSED.
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
               10  HOST-MESSAGE              PIC X(60).
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
               10  HOST-MESSAGE              PIC X(60).
               10  HOST-SERIAL               PIC X(32).
               10  ACCOUNTING-DATE           PIC 9(8).
           05  FOUND                     PIC X(1).
           05  ORIGINAL-MESSAGE-TYPE     PIC X(8).
           05  ORIGINAL-STATUS           PIC X(8).
           05  ORIGINAL-HOST-CODE        PIC X(4).
           05  ORIGINAL-HOST-MESSAGE     PIC X(60).
           05  ORIGINAL-HOST-SERIAL      PIC X(32).
           05  ORIGINAL-ACCOUNTING-DATE  PIC 9(8).
           05  REVERSED                  PIC X(1).
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
           05  AMOUNT                    PIC S9(15)V99
                                           SIGN LEADING SEPARATE.
      *
       01  REVERSE-REPLY.
           05  REPLY-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  REPLY-STATUS              PIC X(8).
               10  HOST-CODE                 PIC X(4).
               10  HOST-MESSAGE              PIC X(60).
               10  HOST-SERIAL               PIC X(32).
               10  ACCOUNTING-DATE           PIC 9(8).
           05  EFFECTIVE                 PIC X(1).
      *
       01  FAILURE-REPLY.
           05  REPLY-HEADER.
               10  MESSAGE-TYPE              PIC X(8).
               10  MESSAGE-VERSION           PIC 9(2).
               10  REFERENCE                 PIC X(32).
               10  REPLY-STATUS              PIC X(8).
               10  HOST-CODE                 PIC X(4).
               10  HOST-MESSAGE              PIC X(60).
               10  HOST-SERIAL               PIC X(32).
               10  ACCOUNTING-DATE           PIC 9(8).
