      * BILLING HOST (BILL AGENCIES): REQUEST AND REPLY RECORDS, FIXED
      * LENGTH, ONE PER MESSAGE.
      *
      * CHARACTERS ARE GB18030 (ASCII IS ITS FIRST PART); X(N)
      * COUNTS BYTES, IS FILLED WITH SPACES ON THE RIGHT AND NEVER
      * CUT INSIDE A CHARACTER. NUMBERS ARE DISPLAY DIGITS; AMOUNTS
      * CARRY THEIR SIGN IN FRONT (+ OR -) AND ARE IN MAJOR UNITS
      * WITH TWO IMPLIED PLACES. DATES ARE YYYYMMDD, PERIODS YYYYMM;
      * INSTANTS ARE ISO 8601 WITH OFFSET, SPACES WHEN THERE IS NONE.
      *
      * MESSAGE-TYPE, REQUEST AND REPLY ALIKE: ECHO, INQUIRE,
      * REVERSE, LISTBILL, GETBILL, NOTIFYPY; A REQUEST THAT CANNOT
      * BE READ IS ANSWERED WITH FAILURE (THE REPLY HEADER ALONE).
      * MESSAGE-VERSION IS 01. REPLY-STATUS: OK OR REJECTED. AFTER A
      * HEADER THAT SAYS REJECTED ALL OTHER FIELDS ARE SPACES AND
      * ZEROS. BILLER-KIND: TELEPHONE, MOBILE, WATER, ELECTRICITY,
      * GAS, INTERNET. BILL-STATUS: D DUE, O OVERDUE, P PAID. WHAT IS
      * DUE IS AMOUNT AND LATE-FEE TOGETHER, AS OF THE ACCOUNTING
      * DATE; IT IS PAID WHOLE OR NOT AT ALL. LISTBILL GIVES THE
      * NEWEST TWELVE, NEWEST FIRST; UNPAID-ONLY LEAVES OUT THE REST.
      * FOUND, REVERSED, EFFECTIVE, AMOUNT-GIVEN, UNPAID-ONLY: Y OR N.
      *
      * HOST-CODE: 0000 DONE; 3001 NO SUCH SUBSCRIBER; 3002 NO SUCH
      * BILL; 3003 BILL ALREADY PAID; 3004 NOT THE AMOUNT THAT IS
      * DUE; 3005 CURRENCY MISMATCH; 3006 THE AGENCY TAKES NO
      * PAYMENTS NOW; 1401 REFERENCE ALREADY USED WITH OTHER CONTENT;
      * 1402 REVERSED BEFORE IT ARRIVED; 1403 ALREADY REVERSED; 1404
      * OPERATION CANNOT BE REVERSED; 1405 REVERSAL DOES NOT MATCH;
      * 9001 BUSY; 9002 CLOSED FOR MAINTENANCE; 9003 MESSAGE CANNOT BE
      * READ; 9999 REFUSED.
      *
       01  ECHO-REQUEST.
           05  REQUEST-HEADER.
               10  MESSAGE-TYPE               PIC X(8).
               10  MESSAGE-VERSION            PIC 9(2).
               10  REFERENCE                  PIC X(32).
               10  CHANNEL                    PIC X(32).
               10  BRANCH                     PIC X(32).
               10  OPERATOR                   PIC X(32).
               10  ACCEPTED-AT                PIC X(32).
               10  ATTEMPT                    PIC 9(4).
      *
       01  ECHO-REPLY.
           05  REPLY-HEADER.
               10  MESSAGE-TYPE               PIC X(8).
               10  MESSAGE-VERSION            PIC 9(2).
               10  REFERENCE                  PIC X(32).
               10  REPLY-STATUS               PIC X(8).
               10  HOST-CODE                  PIC X(4).
               10  HOST-MESSAGE               PIC X(60).
               10  HOST-SERIAL                PIC X(32).
               10  ACCOUNTING-DATE            PIC 9(8).
           05  HOST-VERSION                   PIC X(32).
      *
       01  INQUIRE-REQUEST.
           05  REQUEST-HEADER.
               10  MESSAGE-TYPE               PIC X(8).
               10  MESSAGE-VERSION            PIC 9(2).
               10  REFERENCE                  PIC X(32).
               10  CHANNEL                    PIC X(32).
               10  BRANCH                     PIC X(32).
               10  OPERATOR                   PIC X(32).
               10  ACCEPTED-AT                PIC X(32).
               10  ATTEMPT                    PIC 9(4).
           05  ORIGINAL-REFERENCE             PIC X(32).
           05  ORIGINAL-MESSAGE-TYPE          PIC X(8).
           05  ORIGINAL-ACCOUNT               PIC X(32).
      *
       01  INQUIRE-REPLY.
           05  REPLY-HEADER.
               10  MESSAGE-TYPE               PIC X(8).
               10  MESSAGE-VERSION            PIC 9(2).
               10  REFERENCE                  PIC X(32).
               10  REPLY-STATUS               PIC X(8).
               10  HOST-CODE                  PIC X(4).
               10  HOST-MESSAGE               PIC X(60).
               10  HOST-SERIAL                PIC X(32).
               10  ACCOUNTING-DATE            PIC 9(8).
           05  FOUND                          PIC X(1).
           05  ORIGINAL-MESSAGE-TYPE          PIC X(8).
           05  ORIGINAL-STATUS                PIC X(8).
           05  ORIGINAL-HOST-CODE             PIC X(4).
           05  ORIGINAL-HOST-MESSAGE          PIC X(60).
           05  ORIGINAL-HOST-SERIAL           PIC X(32).
           05  ORIGINAL-ACCOUNTING-DATE       PIC 9(8).
           05  REVERSED                       PIC X(1).
           05  RECEIPT                        PIC X(24).
           05  PAID-AT                        PIC X(32).
      *
       01  REVERSE-REQUEST.
           05  REQUEST-HEADER.
               10  MESSAGE-TYPE               PIC X(8).
               10  MESSAGE-VERSION            PIC 9(2).
               10  REFERENCE                  PIC X(32).
               10  CHANNEL                    PIC X(32).
               10  BRANCH                     PIC X(32).
               10  OPERATOR                   PIC X(32).
               10  ACCEPTED-AT                PIC X(32).
               10  ATTEMPT                    PIC 9(4).
           05  ORIGINAL-REFERENCE             PIC X(32).
           05  ORIGINAL-MESSAGE-TYPE          PIC X(8).
           05  ORIGINAL-ACCOUNT               PIC X(32).
           05  AMOUNT-GIVEN                   PIC X(1).
           05  CURRENCY                       PIC X(3).
           05  AMOUNT                         PIC S9(15)V99
                                           SIGN LEADING SEPARATE.
      *
       01  REVERSE-REPLY.
           05  REPLY-HEADER.
               10  MESSAGE-TYPE               PIC X(8).
               10  MESSAGE-VERSION            PIC 9(2).
               10  REFERENCE                  PIC X(32).
               10  REPLY-STATUS               PIC X(8).
               10  HOST-CODE                  PIC X(4).
               10  HOST-MESSAGE               PIC X(60).
               10  HOST-SERIAL                PIC X(32).
               10  ACCOUNTING-DATE            PIC 9(8).
           05  EFFECTIVE                      PIC X(1).
      *
       01  LIST-BILLS-REQUEST.
           05  REQUEST-HEADER.
               10  MESSAGE-TYPE               PIC X(8).
               10  MESSAGE-VERSION            PIC 9(2).
               10  REFERENCE                  PIC X(32).
               10  CHANNEL                    PIC X(32).
               10  BRANCH                     PIC X(32).
               10  OPERATOR                   PIC X(32).
               10  ACCEPTED-AT                PIC X(32).
               10  ATTEMPT                    PIC 9(4).
           05  BILLER-KIND                    PIC X(12).
           05  SUBSCRIBER                     PIC X(24).
           05  UNPAID-ONLY                    PIC X(1).
      *
       01  LIST-BILLS-REPLY.
           05  REPLY-HEADER.
               10  MESSAGE-TYPE               PIC X(8).
               10  MESSAGE-VERSION            PIC 9(2).
               10  REFERENCE                  PIC X(32).
               10  REPLY-STATUS               PIC X(8).
               10  HOST-CODE                  PIC X(4).
               10  HOST-MESSAGE               PIC X(60).
               10  HOST-SERIAL                PIC X(32).
               10  ACCOUNTING-DATE            PIC 9(8).
           05  BILLER-KIND                    PIC X(12).
           05  SUBSCRIBER                     PIC X(24).
           05  BILL-COUNT                     PIC 9(2).
           05  BILL-ENTRY OCCURS 12 TIMES.
               10  BILL                       PIC X(24).
               10  PERIOD                     PIC 9(6).
               10  BILLER-NAME                PIC X(60).
               10  SUBSCRIBER-NAME            PIC X(60).
               10  CURRENCY                   PIC X(3).
               10  AMOUNT                     PIC S9(15)V99
                                           SIGN LEADING SEPARATE.
               10  LATE-FEE                   PIC S9(15)V99
                                           SIGN LEADING SEPARATE.
               10  DUE-ON                     PIC 9(8).
               10  BILL-STATUS                PIC X(1).
               10  PAID-AT                    PIC X(32).
               10  RECEIPT                    PIC X(24).
      *
       01  GET-BILL-REQUEST.
           05  REQUEST-HEADER.
               10  MESSAGE-TYPE               PIC X(8).
               10  MESSAGE-VERSION            PIC 9(2).
               10  REFERENCE                  PIC X(32).
               10  CHANNEL                    PIC X(32).
               10  BRANCH                     PIC X(32).
               10  OPERATOR                   PIC X(32).
               10  ACCEPTED-AT                PIC X(32).
               10  ATTEMPT                    PIC 9(4).
           05  BILLER-KIND                    PIC X(12).
           05  SUBSCRIBER                     PIC X(24).
           05  BILL                           PIC X(24).
      *
       01  GET-BILL-REPLY.
           05  REPLY-HEADER.
               10  MESSAGE-TYPE               PIC X(8).
               10  MESSAGE-VERSION            PIC 9(2).
               10  REFERENCE                  PIC X(32).
               10  REPLY-STATUS               PIC X(8).
               10  HOST-CODE                  PIC X(4).
               10  HOST-MESSAGE               PIC X(60).
               10  HOST-SERIAL                PIC X(32).
               10  ACCOUNTING-DATE            PIC 9(8).
           05  BILLER-KIND                    PIC X(12).
           05  SUBSCRIBER                     PIC X(24).
           05  BILL                           PIC X(24).
           05  PERIOD                         PIC 9(6).
           05  BILLER-NAME                    PIC X(60).
           05  SUBSCRIBER-NAME                PIC X(60).
           05  CURRENCY                       PIC X(3).
           05  AMOUNT                         PIC S9(15)V99
                                           SIGN LEADING SEPARATE.
           05  LATE-FEE                       PIC S9(15)V99
                                           SIGN LEADING SEPARATE.
           05  DUE-ON                         PIC 9(8).
           05  BILL-STATUS                    PIC X(1).
           05  PAID-AT                        PIC X(32).
           05  RECEIPT                        PIC X(24).
      *
       01  NOTIFY-PAYMENT-REQUEST.
           05  REQUEST-HEADER.
               10  MESSAGE-TYPE               PIC X(8).
               10  MESSAGE-VERSION            PIC 9(2).
               10  REFERENCE                  PIC X(32).
               10  CHANNEL                    PIC X(32).
               10  BRANCH                     PIC X(32).
               10  OPERATOR                   PIC X(32).
               10  ACCEPTED-AT                PIC X(32).
               10  ATTEMPT                    PIC 9(4).
           05  BILLER-KIND                    PIC X(12).
           05  SUBSCRIBER                     PIC X(24).
           05  BILL                           PIC X(24).
           05  ACCOUNT                        PIC X(32).
           05  CURRENCY                       PIC X(3).
           05  AMOUNT                         PIC S9(15)V99
                                           SIGN LEADING SEPARATE.
      *
       01  NOTIFY-PAYMENT-REPLY.
           05  REPLY-HEADER.
               10  MESSAGE-TYPE               PIC X(8).
               10  MESSAGE-VERSION            PIC 9(2).
               10  REFERENCE                  PIC X(32).
               10  REPLY-STATUS               PIC X(8).
               10  HOST-CODE                  PIC X(4).
               10  HOST-MESSAGE               PIC X(60).
               10  HOST-SERIAL                PIC X(32).
               10  ACCOUNTING-DATE            PIC 9(8).
           05  RECEIPT                        PIC X(24).
           05  PAID-AT                        PIC X(32).
      *
       01  FAILURE-REPLY.
           05  REPLY-HEADER.
               10  MESSAGE-TYPE               PIC X(8).
               10  MESSAGE-VERSION            PIC 9(2).
               10  REFERENCE                  PIC X(32).
               10  REPLY-STATUS               PIC X(8).
               10  HOST-CODE                  PIC X(4).
               10  HOST-MESSAGE               PIC X(60).
               10  HOST-SERIAL                PIC X(32).
               10  ACCOUNTING-DATE            PIC 9(8).
